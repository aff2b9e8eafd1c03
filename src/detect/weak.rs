//! Weak and default passwords: what everybody tries first.

/// What images, installers and tutorials set, and the heads of the lists of leaked passwords; sorted.
const WEAK: &[&str] = &[
    "0000",
    "000000",
    "1111",
    "111111",
    "123",
    "123123",
    "1234",
    "12345",
    "123456",
    "1234567",
    "12345678",
    "123456789",
    "1234567890",
    "1q2w3e4r",
    "654321",
    "666666",
    "abc123",
    "abcd1234",
    "admin",
    "admin1",
    "admin123",
    "adminadmin",
    "administrator",
    "alfresco",
    "ansible",
    "arangodb",
    "bitnami",
    "cassandra",
    "cisco",
    "clickhouse",
    "cloudera",
    "couchbase",
    "default",
    "demo",
    "docker",
    "dragon",
    "elastic",
    "ftp",
    "gitlab",
    "grafana",
    "guest",
    "hadoop",
    "hunter2",
    "iloveyou",
    "influxdb",
    "jenkins",
    "keycloak",
    "ldap",
    "letmein",
    "manager",
    "mariadb",
    "master",
    "minio",
    "minio123",
    "minioadmin",
    "mongo",
    "mongodb",
    "monkey",
    "mysql",
    "nagios",
    "neo4j",
    "nexus",
    "oracle",
    "p@ssw0rd",
    "pass",
    "pass123",
    "passw0rd",
    "password",
    "password1",
    "password12",
    "password123",
    "postgres",
    "postgresql",
    "public",
    "pw",
    "qwerty",
    "qwerty123",
    "rabbitmq",
    "redis",
    "root",
    "root123",
    "rootpassword",
    "rootroot",
    "sa",
    "secret",
    "secret123",
    "sonar",
    "splunk",
    "super",
    "superuser",
    "supervisor",
    "sysadmin",
    "system",
    "test",
    "test123",
    "test1234",
    "tester",
    "testing",
    "testpass",
    "testpassword",
    "tomcat",
    "toor",
    "ubuntu",
    "user",
    "user123",
    "vagrant",
    "welcome",
    "welcome1",
    "welcome123",
    "wordpress",
    "zabbix",
];

/// All of them, in small letters.
pub fn words() -> impl Iterator<Item = &'static str> {
    WEAK.iter().copied()
}

/// Whether `value` is one of them, in any case.
pub fn is_weak(value: &[u8]) -> bool {
    let longest = 13;
    value.len() <= longest && WEAK.binary_search_by(|w| w.as_bytes().cmp(value.to_ascii_lowercase().as_slice())).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_within_its_length() {
        assert!(WEAK.is_sorted());
        assert_eq!(WEAK.iter().map(|w| w.len()).max(), Some(13));
        for value in ["postgres", "Admin", "P@ssw0rd", "123456"] {
            assert!(is_weak(value.as_bytes()), "{value}");
        }
        for value in ["", "postgres2", "Summer2024!", "correct-horse-battery"] {
            assert!(!is_weak(value.as_bytes()), "{value}");
        }
    }
}
