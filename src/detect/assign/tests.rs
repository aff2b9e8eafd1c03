//! Each line of a table: the text, the word that leads to it, and the value with what the reader says of it.

use super::*;
use crate::rules::examples::Random;

/// What is read after the first `word` in `text`: value, operator, quoted.
fn read<'t>(text: &'t str, word: &str) -> Option<(&'t str, Operator, bool)> {
    let at = text.find(word).expect("the text has the word");
    let name = identifier(text.as_bytes(), at..at + word.len());
    let value = value_after(text.as_bytes(), &name)?;
    Some((&text[value.range], value.operator, value.quoted))
}

/// Fails with every text that is not read as wanted.
fn check(cases: &[(&str, &str, &str, Operator, bool)]) {
    for (text, word, value, operator, quoted) in cases {
        assert_eq!(read(text, word), Some((*value, *operator, *quoted)), "{text:?}");
    }
}

#[test]
fn assignments_of_many_languages() {
    use Operator::*;
    check(&[
        ("PASSWORD=changeme", "PASSWORD", "changeme", Equals, false),
        ("export DB_PASSWORD='<p;w&d#1>'", "PASSWORD", "<p;w&d#1>", Equals, true),
        ("password: changeme # old", "password", "changeme", Colon, false),
        ("\"password\": \"changeme\",", "password", "changeme", Colon, true),
        ("'password' => 'changeme',", "password", "changeme", Arrow, true),
        (":password => 'changeme'", "password", "changeme", Arrow, true),
        ("password := \"changeme\"", "password", "changeme", Equals, true),
        ("PASSWORD ?= changeme", "PASSWORD", "changeme", Equals, false),
        ("PASSWORD += changeme", "PASSWORD", "changeme", Equals, false),
        ("password ??= \"changeme\"", "password", "changeme", Equals, true),
        ("setPassword(\"changeme\")", "Password", "changeme", Call, true),
        ("set(\"password\", \"changeme\")", "password", "changeme", Comma, true),
        ("environ[\"PASSWORD\"] = \"changeme\"", "PASSWORD", "changeme", Equals, true),
        ("getenv(\"PASSWORD\") or \"changeme\"", "PASSWORD", "changeme", Equals, true),
        ("let password: &'static str = \"changeme\";", "password", "changeme", Colon, true),
        ("password = Some(\"changeme\")", "password", "changeme", Equals, true),
        ("password := []byte(\"changeme\")", "password", "changeme", Equals, true),
        ("password = new String(\"changeme\")", "password", "changeme", Equals, true),
        ("password = b\"changeme\"", "password", "changeme", Equals, true),
        ("'password': (None, 'changeme')", "password", "changeme", Colon, true),
        ("if password == \"changeme\" {", "password", "changeme", Compare, true),
        ("string(pass) == \"changeme\"", "pass", "changeme", Compare, true),
        ("{user: derek, password: changeme}", "password", "changeme", Colon, false),
        ("password = '''changeme'''", "password", "changeme", Equals, true),
        ("var password string = \"changeme\"", "password", "changeme", Equals, true),
        ("Dim password As String = \"changeme\"", "password", "changeme", Equals, true),
        ("$password .= 'changeme';", "password", "changeme", Equals, true),
        ("ENV DB_PASSWORD changeme", "PASSWORD", "changeme", Blank, false),
        ("f(token=abc, x=1)", "token", "abc", Equals, false),
        ("密码：changeme", "密码", "changeme", Colon, false),
        ("contraseña = \"changeme\"", "contraseña", "changeme", Equals, true),
        ("char password[] = \"changeme\";", "password", "changeme", Equals, true),
        ("char password[64] = \"changeme\";", "password", "changeme", Equals, true),
        ("std::string password{\"changeme\"};", "password", "changeme", Call, true),
        ("password: 'it''s'", "password", "it''s", Colon, true),
        ("${PASSWORD:-changeme}", "PASSWORD", "changeme", Equals, false),
        ("string Password { get; set; } = \"changeme\";", "Password", "changeme", Equals, true),
        (":Password: ``changeme``.", "Password", "changeme", Colon, true),
        ("\t1893456000\tsession_token\tchangeme\n", "token", "changeme", Blank, false),
        ("d-i passwd/root-pw password changeme", "password", "changeme", Blank, false),
        ("%env AUTH_TOKEN changeme", "TOKEN", "changeme", Blank, false),
        ("password = \"changeme\\\\\"; b = \"x\"", "password", "changeme\\\\", Equals, true),
    ]);
}

#[test]
fn elements_attributes_and_pairs() {
    use Operator::*;
    check(&[
        ("<password>changeme</password>", "password", "changeme", Tag, false),
        ("<password>\n  changeme\n</password>", "password", "changeme", Tag, false),
        ("<db password=\"changeme\"/>", "password", "changeme", Equals, true),
        ("<property name=\"password\">changeme</property>", "password", "changeme", Tag, false),
        ("<property name=\"password\" value=\"changeme\"/>", "password", "changeme", Pair, true),
        ("<add key=\"Password\" value=\"changeme\" />", "Password", "changeme", Pair, true),
        ("<key>Password</key>\n<string>changeme</string>", "Password", "changeme", Pair, false),
        ("<name>password</name><value>changeme</value>", "password", "changeme", Pair, false),
        ("- name: DB_PASSWORD\n  value: changeme\n", "PASSWORD", "changeme", Pair, false),
        ("- name: DB_PASSWORD\n  value: \"changeme\"\n", "PASSWORD", "changeme", Pair, true),
        ("{\"name\": \"DB_PASSWORD\", \"value\": \"changeme\"}", "PASSWORD", "changeme", Pair, true),
        ("name = \"DB_PASSWORD\"\n  value = \"changeme\"", "PASSWORD", "changeme", Pair, true),
        ("- value: changeme\n  name: DB_PASSWORD\n", "PASSWORD", "changeme", Pair, false),
        ("{\"value\": \"changeme\", \"name\": \"DB_PASSWORD\"}", "PASSWORD", "changeme", Pair, true),
        ("<add value=\"changeme\" key=\"Password\"/>", "Password", "changeme", Pair, true),
        ("ParameterKey: DBPassword\n  ParameterValue: changeme\n", "Password", "changeme", Pair, false),
        ("- name: DB_PASSWORD\n  # of the robot\n  value: changeme\n", "PASSWORD", "changeme", Pair, false),
        ("- name: PASSWORD\n  type: string\n  value: changeme\n", "PASSWORD", "changeme", Pair, false),
        ("- name: PASSWORD\n  value: |-\n    changeme\n", "PASSWORD", "changeme", Pair, false),
        ("\"password\": {\"type\": \"string\", \"value\": \"changeme\"}", "password", "changeme", Colon, true),
        ("<setting name=\"Password\" type=\"a\">\n<value>changeme</value>", "Password", "changeme", Tag, false),
        ("set(\"changeme\", forKey: \"password\")", "password", "changeme", Pair, true),
        ("[d setObject:@\"changeme\" forKey:@\"password\"]", "password", "changeme", Pair, true),
        ("<td>password</td>\n<td class=\"v\"><code>changeme</code></td>", "password", "changeme", Pair, false),
    ]);
}

#[test]
fn values_on_a_later_line() {
    use Operator::*;
    check(&[
        ("password: |\n  changeme\n", "password", "changeme", Colon, false),
        ("password: >-\n  changeme\n", "password", "changeme", Colon, false),
        ("password: >- # of the robot\n  changeme\n", "password", "changeme", Colon, false),
        ("password: !!str |\n  changeme\n", "password", "changeme", Colon, false),
        ("\"password\":\n    \"changeme\"", "password", "changeme", Colon, true),
        ("\"password\"\n  :\n  \"changeme\"", "password", "changeme", Colon, true),
        ("password =\n    'changeme'", "password", "changeme", Equals, true),
        ("--password \\\n  changeme", "password", "changeme", Option, false),
        ("PASSWORD=$(cat <<EOF\nchangeme\nEOF\n)", "PASSWORD", "changeme", Equals, true),
        ("password = \"\"\"\nchangeme\n\"\"\"", "password", "changeme", Equals, true),
    ]);
}

#[test]
fn command_lines_queries_and_files_of_words() {
    use Operator::*;
    check(&[
        ("tool --password changeme --verbose", "password", "changeme", Option, false),
        ("tool --password=changeme", "password", "changeme", Equals, false),
        ("New-Thing -Password changeme -Force", "Password", "changeme", Option, false),
        ("machine h login u password changeme", "password", "changeme", Blank, false),
        ("requirepass changeme", "requirepass", "changeme", Blank, false),
        ("CREATE ROLE a LOGIN PASSWORD 'changeme';", "PASSWORD", "changeme", Blank, true),
        ("alter user sys identified by changeme container=all;", "identified", "changeme", Blank, false),
        ("https://h/p?token=changeme&ref=main", "token", "changeme", Equals, false),
        ("https://h/p?token=changeme#top", "token", "changeme", Equals, false),
        ("?a=1&amp;token=changeme&amp;b=2", "token", "changeme", Equals, false),
        ("Cookie: lang=en; sessionid=changeme; a=b", "Cookie", "changeme", Colon, false),
        ("--cookie \"auth_token=changeme\"", "cookie", "changeme", Option, true),
        ("cookies = {\"lang\": \"en\", 'sessionid': 'changeme'}", "cookies", "changeme", Equals, true),
        ("cookies=dict(lang=\"en\", sessionid=\"changeme\")", "cookies", "changeme", Equals, true),
        ("Server=h;User=u;Password=changeme;Pooling=true", "Password", "changeme", Equals, false),
        ("X-Auth-Token: changeme", "Token", "changeme", Colon, false),
        ("{\\\"password\\\": \\\"changeme\\\"}", "password", "changeme", Colon, true),
        ("{&quot;password&quot;: &quot;changeme&quot;}", "password", "changeme", Colon, true),
        ("{\\u0022password\\u0022:\\u0022changeme\\u0022}", "password", "changeme", Colon, true),
        ("%7B%22password%22%3A%22changeme%22%7D", "password", "changeme", Colon, true),
        ("{\\\\\\\"password\\\\\\\":\\\\\\\"changeme\\\\\\\"}", "password", "changeme", Colon, true),
    ]);
}

#[test]
fn cookies_that_keep_nobody_logged_in_are_none() {
    for text in
        ["cookies = {\"lang\": \"en\"}", "cookies = {sessionid: id}", "cookies = dict()", "cookies = {\"sid\": \"a"]
    {
        assert_eq!(read(text, "cookies"), None, "{text:?}");
    }
}

#[test]
fn lists_of_accounts_give_one_password_for_each() {
    let all = |text: &str| -> Vec<String> {
        let at = text.find("chpasswd").expect("the text has the word");
        let values = values_after(text.as_bytes(), &(at..at + "chpasswd".len()));
        values.into_iter().map(|value| text[value.range].to_owned()).collect()
    };
    assert_eq!(all("chpasswd <<EOF\nroot:change:me\n\tapp:other1\nEOF\nx:none1\n"), ["change:me", "other1"]);
    assert_eq!(all("cat <<EOF | sudo chpasswd\nroot:changeme\nEOF\n"), ["changeme"]);
    assert_eq!(all("chpasswd <<< \"root:changeme\"\nx:none1\n"), ["changeme"]);
    assert_eq!(all("chpasswd:\n  list: |\n    root:changeme\n  expire: false\nnext:none1\n"), ["changeme"]);
    assert_eq!(all("chpasswd:\n  list:\n    - 'root:changeme'\n    - app:other1\n"), ["changeme", "other1"]);
    let none: [String; 0] = [];
    for text in ["chpasswd\nroot:changeme\n", "chpasswd <<EOF\n$users\nroot:none1\n"] {
        assert_eq!(all(text), none, "{text:?}");
    }
    // A line that the reach cuts is none.
    let text = format!("chpasswd <<EOF\nroot:changeme\napp:{}\n", "x9".repeat(400));
    assert_eq!(all(&text), ["changeme"]);
}

#[test]
fn plain_values_of_yaml_go_to_the_end_of_their_line() {
    use Operator::*;
    check(&[
        ("password: Tr0ub4, d0r3", "password", "Tr0ub4, d0r3", Colon, false),
        ("db:\n  password: Tr0ub4 d0r3\n", "password", "Tr0ub4 d0r3", Colon, false),
        ("password: ch4nge)", "password", "ch4nge)", Colon, false),
        ("password: ch4nge)me]7", "password", "ch4nge)me]7", Colon, false),
        // Words of a sentence, and brackets that something before has opened.
        ("password: changeme, please", "password", "changeme", Colon, false),
        ("password: ch4nge, user: app1", "password", "ch4nge", Colon, false),
        ("f(user: app,\n  password: ch4nge)", "password", "ch4nge", Colon, false),
        ("{\n  password: ch4nge}", "password", "ch4nge", Colon, false),
        ("password: ch4nge # t0", "password", "ch4nge", Colon, false),
        ("PASSWORD=changeme:", "PASSWORD", "changeme:", Equals, false),
    ]);
}

#[test]
fn signs_inside_values_are_no_ends() {
    use Operator::*;
    check(&[
        ("PASSWORD=a&b#c", "PASSWORD", "a&b#c", Equals, false),
        ("password = p,w;d(1)", "password", "p,w;d(1)", Equals, false),
        ("password = p<w", "password", "p<w", Equals, false),
        ("password = \"it\\\"s\"", "password", "it\\\"s", Equals, true),
        ("(password=ab)c", "password", "ab", Equals, false),
        ("[password=ab]", "password", "ab", Equals, false),
        ("<p>password=ab</p>", "password", "ab", Equals, false),
        ("password=ab, user=cd", "password", "ab", Equals, false),
        ("'password=ab'", "password", "ab", Equals, false),
        ("password=ab\\nuser=cd", "password", "ab", Equals, false),
        ("PASSWORD=ab&\n", "PASSWORD", "ab&", Equals, false),
        ("export PASSWORD=ab.\nA=1", "PASSWORD", "ab.", Equals, false),
        ("PASSWORD=ab)9", "PASSWORD", "ab)9", Equals, false),
        ("PASSWORD=ab|9", "PASSWORD", "ab|9", Equals, false),
        ("PASSWORD=ab\"9\n", "PASSWORD", "ab\"9", Equals, false),
        ("PASSWORD=ab\"\n", "PASSWORD", "ab", Equals, false),
        ("PASSWORD=ab|f(9)\n", "PASSWORD", "ab", Equals, false),
        ("  password: ab,7\n", "password", "ab,7", Colon, false),
        ("  password: ab,\n", "password", "ab", Colon, false),
        ("- password: ab.\n", "password", "ab.", Colon, false),
        ("Password: ab.\n", "Password", "ab", Colon, false),
        ("password: ab}9\n", "password", "ab}9", Colon, false),
        ("{user: u, password: ab,7}\n", "password", "ab", Colon, false),
        ("UID=sa;PWD={ab;9};Encrypt=yes", "PWD", "ab;9", Equals, false),
        ("UID=sa;PWD={a1b}", "PWD", "a1b", Equals, false),
        ("UID=sa;PWD={password}", "PWD", "{password}", Equals, false),
        ("UID=sa;PWD={self.db_1}", "PWD", "{self.db_1}", Equals, false),
        ("  password=ab)\n", "password", "ab", Equals, false),
        ("PASSWORD=ab&b=2", "PASSWORD", "ab", Equals, false),
    ]);
}

#[test]
fn bytes_as_numbers() {
    let text = "authData := []byte{52, 47, 132, 45, 79, 27, 252, 36, 11}";
    assert_eq!(read(text, "auth"), Some(("52, 47, 132, 45, 79, 27, 252, 36, 11", Operator::Equals, false)));
    assert_eq!(read("authData := []int{1, 2}", "auth").map(|v| v.0), None);
}

#[test]
fn what_is_no_value() {
    for (text, word) in [
        ("PASSWORD=\nUSER=root", "PASSWORD"),
        ("PASSWORD= USER=root", "PASSWORD"),
        ("password:\n  old: x\n", "password"),
        ("\"password\":\n  \"other\": \"x\"", "password"),
        ("password;", "password"),
        ("password + 1", "password"),
        ("getPassword()", "Password"),
        ("password =~ /x/", "password"),
        ("the password is wrong", "password"),
        ("password = \"never closed", "password"),
        ("password", "password"),
        ("name: DB_PASSWORD\nother: x", "PASSWORD"),
        ("other: x\nname: DB_PASSWORD\n", "PASSWORD"),
        ("value: \"\"\nname: DB_PASSWORD\n", "PASSWORD"),
    ] {
        assert_eq!(read(text, word), None, "{text:?}");
    }
}

#[test]
fn names_before_values_are_the_mirror() {
    for (text, value, name) in [
        ("PASSWORD=changeme", "changeme", "PASSWORD"),
        ("\"password\": \"changeme\"", "changeme", "password"),
        ("'password' => 'changeme'", "changeme", "password"),
        ("setPassword(\"changeme\")", "changeme", "setPassword"),
        ("--password changeme", "changeme", "--password"),
    ] {
        let at = text.find(value).expect("it is there");
        assert_eq!(name_before(text.as_bytes(), at).map(|r| &text[r]), Some(name), "{text:?}");
    }
}

#[test]
fn any_text_is_read_without_harm_and_within_bounds() {
    const PIECES: &[&str] = &[
        "password", "name", "value", "token", " ", "\n", "=", ":", "\"", "'", "`", "\\", "\\\"", "(", ")", "{", "}",
        "[", "]", "<", ">", "</", "|", "&", ";", ",", "<<EOF", "$(cat ", "by ", "=>", "->", "?", "--", "é", "\u{ff1a}",
        "x9", "&quot;", "%22", "forKey:", "@", "type:", "{ get", ".", "0,", "[]byte", "\"\"\"", "\r\n", "\t", "Some",
    ];
    let mut random = Random::new(5);
    for _ in 0..40_000 {
        let count = 1 + random.below(24);
        let mut text: String = (0..count).map(|_| random.pick(PIECES)).collect();
        let at = text.len();
        text.push_str("password");
        text.extend((0..count).map(|_| random.pick(PIECES)));
        let name = identifier(text.as_bytes(), at..at + "password".len());
        assert!(name.start <= at && at + "password".len() <= name.end && name.end <= text.len(), "{text:?}");
        let Some(value) = value_after(text.as_bytes(), &name) else { continue };
        let apart = name.end < value.range.start || value.range.end < name.start && value.operator == Operator::Pair;
        assert!(apart && value.range.end <= text.len(), "{text:?}: {value:?}");
        assert!((1..=LONGEST_VALUE).contains(&value.range.len()), "{text:?}: {value:?}");
        // It depends on nothing beyond its bounds.
        let seen = text.len().min(name.end + LONGEST_GAP + LONGEST_VALUE + 8);
        assert_eq!(value_after(&text.as_bytes()[..seen], &name), Some(value), "{text:?}");
    }
}

#[test]
fn a_value_does_not_depend_on_what_lies_out_of_reach() {
    for filler in ["x", " ", "\\", "\"", "(", "{", "[", "\n", "1, ", "<<EOF\n"] {
        let text = format!("password = {}", filler.repeat(100_000));
        let name = 0.."password".len();
        let seen = name.end + LONGEST_GAP + LONGEST_VALUE + 8;
        assert_eq!(value_after(text.as_bytes(), &name), value_after(&text.as_bytes()[..seen], &name), "{filler:?}");
    }
}
