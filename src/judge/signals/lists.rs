//! Words that names, values and their neighbourhood are measured by.

use std::collections::HashMap;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// Words that fill code, configuration and documentation, in values that are no secrets.
const USUAL: &str = "\
    password passwd passphrase secret token apikey key auth credential user username name login email admin access \
    client server service account value string type field input text label title message error invalid missing \
    required default enter please your must should not the and for with this file path config settings setting \
    option param params request response header headers body form data base database store storage vault manager \
    provider factory handler controller model view button index list array map object number length size count hash \
    digest encrypt decrypt encrypted public private session cookie code grant refresh bearer basic oauth url uri \
    http https www com org get set new old current confirm reset change update create delete env var self null none \
    true false undefined test example local localhost root id api app application json xml yaml encoding format \
    version status state mode enabled disabled window document event node item group role policy certificate cert \
    pem rsa ssh tls ssl sha hmac aes kubernetes docker aws azure google github spring properties";

/// Words that make a name something other than that of a secret.
const HARMLESS: &str = "\
    name names id ids file files filename path paths dir directory folder url urls uri endpoint type types kind \
    length len size count max min field fields label title hint prompt placeholder message msg error errors err text \
    regex pattern policy policies strength reset expiry expires expire expiration expired age ttl date time timeout \
    alias store provider manager service helper handler factory class format algorithm alg algo version ref arn env \
    var param params parameter header headers prefix suffix column index idx vault board map set list lists array \
    pair pairs ring press down up event events binding bindings server host port user users username email mode \
    status state enabled required valid validation validator check checker input form page view button dialog link \
    icon image template generator encoder encoding hash hashed hasher digest fingerprint checksum signature method \
    methods usage description desc help info options option config settings cost rounds public pub primary foreign \
    sort partition cache object dict row group routing translation i18n lookup unique composite csrf xsrf next \
    continuation cancellation is has get no invalid wrong missing forgot change update confirm require requires show \
    hide enable disable allow use need needs verify validate num number total hot short arrow enter shift ctrl esc \
    lock end start any each for in of by to from with without request response limit domain issuer audience scope \
    scopes role realm and or not bucket cluster exchange function command callback cmd flow schema module controller \
    component";

/// Words that go with secrets.
const TELLING: &str = "\
    value val string str data bytes hex base64 b64 secret key token password pass default dev prod production test \
    staging live raw plain old new current api app client db database admin root mysql postgres pg smtp mail ftp ssh \
    aws private access auth master encryption signing session jwt consumer shared license subscription account login \
    my redis mongo ldap proxy registry docker github slack hmac cookie bot refresh bearer keystore truststore wifi \
    basic oauth webhook bind";

/// Finds the usual words of code and documentation, the longest first.
pub(super) fn usual() -> &'static AhoCorasick {
    static TABLE: OnceLock<AhoCorasick> = OnceLock::new();
    TABLE.get_or_init(|| {
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(USUAL.split(' '))
            .expect("a short list of short words makes a small automaton")
    })
}

/// What a word of a name says: 1 no secret, 2 a secret, 0 nothing.
pub(super) fn says(word: &[u8]) -> usize {
    static TABLE: OnceLock<HashMap<&[u8], usize>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let harmless = HARMLESS.split(' ').map(|w| (w.as_bytes(), 1));
        harmless.chain(TELLING.split(' ').map(|w| (w.as_bytes(), 2))).collect()
    });
    table.get(word.to_ascii_lowercase().as_slice()).copied().unwrap_or(0)
}
