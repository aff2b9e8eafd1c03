//! Example credentials that documentation publishes: they open nothing and stand in many repositories.
//!
//! Only hashes are kept. Sources: the documents of the providers, BIP-32, BIP-38, BIP-39, the Bitcoin wiki, xrpl.org, and the
//! accounts that Hardhat, Anvil, Truffle and Ganache derive from their fixed phrases (BIP-44, m/44'/60'/0'/0/n).

use sha2::{Digest as _, Sha256};

use super::bip39;

/// Whether `secret` is such an example. Hexadecimal keys of 32 bytes match in either case, with `0x` or without; phrases match
/// whatever separates their words.
pub fn is_published_example(secret: &[u8]) -> bool {
    if secret.len() < SHORTEST {
        return false;
    }
    let keys = secret.strip_prefix(b"0x").unwrap_or(secret);
    if keys.len() == 64 && keys.iter().all(u8::is_ascii_hexdigit) {
        return known(&keys.to_ascii_lowercase());
    }
    let phrase = secret.iter().any(|b| !b.is_ascii_alphanumeric()).then(|| bip39::words(secret)).flatten();
    known(secret) || phrase.is_some_and(|words| words.len() >= 12 && known(words.join(" ").as_bytes()))
}

/// None of the examples is shorter, bytes: most values are, and need not be hashed.
const SHORTEST: usize = 16;

fn known(text: &[u8]) -> bool {
    let hash = <[u8; 32]>::from(Sha256::digest(text));
    hash.first_chunk().is_some_and(|start| KNOWN.binary_search(&u128::from_be_bytes(*start)).is_ok())
}

/// The first 16 bytes of SHA-256 of each, sorted.
///
/// AWS documentation: 7.
/// Stripe documentation: 3.
/// Exchange and node documentation: 6.
/// Azurite and Cosmos DB emulator: 2.
/// Browser keys in the tests of the Firebase SDKs and in Google Cloud's pages: 10.
/// Telegram documentation: 1.
/// MinIO's public playground: 2.
/// Jwt.io and Supabase local development: 5.
/// Samples of specifications (RFC 6455, RFC 6749, RFC 7628, the wiki of Google Authenticator) and of checksums: 14.
/// Sample keys of Bitcoin and XRP Ledger documents: 5.
/// Test phrases: 8.
/// Keys of the test phrases: Hardhat and Anvil, Truffle, Ganache; key 1: 41.
static KNOWN: [u128; 104] = [
    0x0011_cc25_eb43_2071_7494_d270_3e8c_ba85,
    0x00cf_4c78_1dc3_7003_f7c7_dd7d_4c9a_6ef1,
    0x07f9_35b6_1d37_e0e5_0369_eb1f_6767_a9d2,
    0x0aed_ba9d_586f_34f9_5cf1_f0d5_4926_f62e,
    0x0b33_e013_2123_e78d_42dd_12a0_fbbb_acd1,
    0x0bc9_fde2_b028_e3b0_67e4_5059_c84d_bcf4,
    0x0cd8_2615_338c_4235_ffbc_7f30_40ad_4af4,
    0x1005_46a8_b020_a55a_a09b_2d34_b50d_e9a3,
    0x15ce_f4b6_29cc_2d07_a456_3df9_5167_39d4,
    0x196f_badc_a8b7_eea6_2510_a490_b7e8_131e,
    0x1a5d_44a2_dca1_9669_d72e_df4c_4f1c_27c4,
    0x1bbb_9293_c38a_cc5e_510d_9044_9584_5d53,
    0x2037_abca_ffb2_b777_85da_716c_f7cc_ff4f,
    0x2243_ae4c_7301_4469_9810_edff_877f_309b,
    0x23e9_efa3_ced6_e70c_7f2d_be0d_0829_5f18,
    0x27a9_a429_31df_f7eb_2f84_34e2_0a9b_ce97,
    0x2898_1d08_ecff_66aa_0dad_e4ac_706c_43cf,
    0x28e5_43d3_753f_c9d1_4c65_8ebe_f20b_76a3,
    0x2caf_c097_0149_a84f_3b9e_62ea_f169_f36f,
    0x2d11_2fa0_83c3_3bcd_7aae_de54_a674_09da,
    0x2d1f_7723_aabc_5c7a_51fc_dc24_63c9_9b5f,
    0x2d5b_07fb_8139_fde8_10a8_5d62_a6a8_9b4a,
    0x30e5_5f54_63e2_2af0_09a1_b785_a4d7_2319,
    0x33f5_32fd_39fa_0d77_b225_5c30_0529_a2c8,
    0x37f8_f09b_df12_c2f2_eae4_ead7_273a_62dd,
    0x38e6_9fdd_19ae_feb4_adf5_6312_f10e_62c3,
    0x38f1_d844_e95b_e47c_d6be_32e4_70ba_9d11,
    0x3a64_bcd9_cea4_3c0a_ba67_ba0b_f2dd_ff81,
    0x3c09_4943_5a7e_4277_fac2_fbe2_7975_cdd9,
    0x3dcb_d9b8_1ca4_4ff9_950b_a81b_b69f_4033,
    0x3fd5_610e_e03a_3503_edce_ff01_8e3f_b550,
    0x49f7_77db_995e_8260_da7c_a9ff_df0c_08d6,
    0x4a67_d7a0_d8a1_6d6d_954c_ef19_eb5a_fdbd,
    0x4c98_242d_cadc_8b29_005c_6b4a_ad52_6552,
    0x4d3e_46ee_c824_4d1d_106f_866e_e489_94f6,
    0x5330_d388_af89_4c9e_1a18_1a06_a3ce_44d6,
    0x5674_653a_cc92_66d8_0576_b94c_2d37_121f,
    0x5785_9218_5588_730b_9d10_b87e_2274_706a,
    0x5ba1_ed84_25ba_aa72_d558_afdd_b8aa_acdf,
    0x6403_4b44_c579_b335_ab5e_85de_bbfe_7278,
    0x647f_7143_af14_7062_73d5_4740_6036_44de,
    0x664b_73b1_6aa5_7748_1e90_5f3f_2fd5_bdd3,
    0x6c96_130f_130a_b0d6_d158_397e_24d2_bcc1,
    0x6dea_34b6_6114_1091_3383_9006_7dc6_fe04,
    0x6f37_91a5_7f1d_6dd8_05f1_85c6_c500_c6b4,
    0x7054_1e07_fd4f_900b_66e2_89f5_be55_c85f,
    0x70b8_01af_ae94_d2e6_53c9_612d_0ebb_ba1f,
    0x7283_83de_c632_3112_91f2_4ce0_2a36_88cd,
    0x7831_4b11_be2e_5815_49ac_1c4f_6165_63fa,
    0x789e_b04a_e4c0_0984_483b_c16c_3fd1_2491,
    0x7c64_2fde_738c_a654_7294_b12a_a464_c8f1,
    0x7d1b_5fc2_3861_0328_f013_71ec_9c07_8deb,
    0x7f75_367e_7881_2551_34e1_375e_723d_1dea,
    0x8335_c553_3482_1eef_d433_4369_ff9c_04a8,
    0x8448_10c4_57a6_3446_3e89_603d_1ba1_4430,
    0x84bc_109b_3d59_b017_3a76_fc3d_8313_60a6,
    0x85bd_e548_053a_ab4b_5a6c_7847_3d5e_b2ad,
    0x8731_261c_b72d_8626_7a32_a532_ebd3_df42,
    0x8be5_d113_c087_1ce1_a122_d68a_7dff_940a,
    0x967f_2158_6cdf_1248_a862_f2cf_b330_0997,
    0x9738_0bed_40c7_6b62_4c97_982e_d49a_1962,
    0x98a3_8f6d_ad3f_47af_fd71_10b6_5b62_7ac6,
    0x98c0_adc1_6caa_135b_f2c8_732f_2558_ae4e,
    0x9c5d_0a66_56e5_d3f3_6601_d0bf_9876_2be0,
    0x9d6a_2b9d_1f01_d457_7cbd_ce4d_e6f0_834a,
    0x9e13_2ebc_c5cd_e85b_51a5_595e_201c_727d,
    0xa070_2bc9_1d69_9f60_0970_f4dc_4992_b13e,
    0xa19f_89ab_3555_eac1_0c40_741f_6df7_9ecf,
    0xa2e0_6155_cb1a_424f_972c_3abf_addc_9cea,
    0xa6c8_14bc_555a_e62c_7bd8_b58e_c07b_f559,
    0xaa65_4743_9583_c3a2_75d4_542a_0df6_c1ad,
    0xb08b_dfde_9930_d920_2809_530d_cbe1_93c5,
    0xb26a_b652_9d20_ebeb_b419_2256_f202_9847,
    0xb48f_77ee_9a00_6b06_e18a_6415_6ba6_3755,
    0xb83e_9641_7f61_cb14_8d0d_c8a8_9b83_9ee4,
    0xba72_c23f_3953_926d_60eb_6eca_0016_baf5,
    0xbc1a_5096_6c9e_6486_bc4e_bf88_0b51_611a,
    0xbf17_25a8_f98b_ea37_e886_1870_2e72_5ba8,
    0xc15f_3d9d_fdc9_8389_0ac1_b6f4_4e06_f6ed,
    0xc386_d8e8_d073_42f2_e39e_189c_8e6c_57bb,
    0xc557_eec8_78df_d852_ba3f_8808_7c4f_350f,
    0xc6ea_27c5_34f9_93d3_1f0a_ef88_2e3d_200e,
    0xc794_fa6d_20c6_4efb_9adf_980a_e93a_f472,
    0xcb20_d34a_7add_a2f5_d204_3836_051e_242f,
    0xcf1f_c66f_8531_51a4_c666_6909_c8f1_f80e,
    0xd486_bddc_b8e1_5c3c_62b0_c5e2_f1d9_f3b7,
    0xda81_6f9f_2c16_e6c5_390e_7636_cadc_40c4,
    0xdba7_2c00_f41f_4e4c_435e_2491_a5e1_ce01,
    0xdf45_2eef_23e8_cf2c_74af_54c0_c741_9c05,
    0xe002_d169_69a1_7fbc_dd61_0436_217c_9feb,
    0xe21b_597b_a6b9_cafa_59d9_ebc4_d65c_0385,
    0xe463_9de7_f016_67f6_bb13_a507_e024_46c8,
    0xe4a5_542b_b7fd_7b67_e943_c71a_d29c_34b5,
    0xe4f1_734d_f025_0d54_7add_02b7_1d67_3170,
    0xeb54_0d2b_6ee2_a0a4_7c57_79bc_8a01_4178,
    0xecb0_e7ba_498c_5920_991f_0b34_83e9_1f7a,
    0xecd5_e9d0_b08a_8a9f_d1c3_5bcd_303b_3cce,
    0xf070_994a_8599_4785_8067_8f2b_9482_c5f0,
    0xf151_3114_f60e_5e95_732b_8406_69fe_8395,
    0xf241_67ac_cb5d_690f_3426_da43_061b_7028,
    0xf2d6_ca16_5150_33e5_dce1_4eba_840b_979d,
    0xf51c_2c79_5f78_2308_c7dc_fa92_a59c_f89c,
    0xf79c_d64f_9cea_2378_97b8_133e_4b90_5b36,
    0xfaeb_1dab_5a32_6eef_752d_4293_0ec4_bf53,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_in_every_spelling() {
        assert!(KNOWN.is_sorted());
        let junk = format!("{}junk", "test ".repeat(11));
        let first = ["ac0974bec39a17e36ba4a6b4d238ff94", "4bacb478cbed5efcae784d7bf4f2ff80"].concat();
        for text in [
            ["Q3AM3UQ867", "SPQQA43P2F"].concat(),
            ["AKIA", "IOSFODNN7EXAMPLE"].concat(),
            ["wJalrXUtnFEMI/K7MDENG", "/bPxRfiCYEXAMPLEKEY"].concat(),
            ["sk_test", "_4eC39HqLyjWDarjtT1zdp7dc"].concat(),
            junk.replace(' ', "', '"),
            junk.to_uppercase(),
            junk,
            format!("0x{first}"),
            first.to_uppercase(),
            first,
            format!("{:064x}", 1),
        ] {
            assert!(is_published_example(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn other_values() {
        for text in ["", "AKIA", "test junk", &"5a".repeat(32), "0x", "test test test"] {
            assert!(!is_published_example(text.as_bytes()), "{text}");
        }
    }
}
