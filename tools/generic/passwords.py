#!/usr/bin/env python3
"""Writes files with people's passwords and with ordinary strings in the same places, made from patterns. Python 3 standard library only.

  tools/generic/passwords.py --out DIR [--half train|test] [--corpus DEV]

DIR/data/... are the files; DIR/labels.jsonl says for each place: file, line, value, secret or not, repository (a group that
stays together in cross-validation). The two halves share neither words nor templates, so `test` measures what a model fitted
with `train` makes of passwords it has not seen. With --corpus the passwords also replace the labelled ones of a CredData split,
in copies of its files: real places round them.
"""
import argparse, collections, csv, glob, json, os, random

WORDS = {
    'train': 'summer winter dragon monkey tiger sunshine purple falcon coffee guitar soccer orange silver rocket panda maple river thunder shadow '
             'garden pepper cookie marble anchor castle turtle velvet copper harbor meadow liverpool madrid maria thomas jessica andrea contoso globex acme'.split(),
    'test': 'autumn spring phoenix banana eagle moonlight yellow raven whisky piano hockey cherry golden comet koala cedar ocean lightning phantom '
            'forest ginger muffin granite compass fortress lizard cotton bronze island prairie chelsea berlin laura daniel michelle stefan initech umbrella hooli'.split(),
}
ROLES = {'train': 'prod db admin root dev app web api stage backup'.split(), 'test': 'live sql master svc qa mail ftp node test2 deploy'.split()}
WALKS = {'train': ['qwerty', '1qaz2wsx', 'asdf1234', 'qazwsx'], 'test': ['zxcvbn', 'q1w2e3r4', 'poiuyt', '1q2w3e']}
LEET = str.maketrans('aeios', '@3105')


def pronounceable(r):
    text = ''
    while len(text) < 8:
        text += r.choice('bcdfghjklmnprstvwz') + r.choice(['a', 'e', 'i', 'o', 'u', 'ai', 'ee', 'oo'])
    text = text[:8]
    at = r.randrange(8)
    digit = r.randrange(1, 8)
    text = text[:at] + text[at].upper() + text[at + 1:]
    return text[:digit] + str(r.randrange(10)) + text[digit + 1:]


def password(r, half):
    w = lambda: r.choice(WORDS[half])
    mark = lambda: r.choice('!@#$%&*?.')
    return r.choice([
        lambda: w().capitalize() + str(r.randrange(1990, 2027)) + mark(),
        lambda: w() + '-' + r.choice(ROLES[half]) + '-' + r.choice(ROLES[half]) + str(r.randrange(10)),
        lambda: w() + str(r.randrange(10, 1000)),
        lambda: w() + w() + str(r.randrange(10, 100)),
        lambda: w().translate(LEET) + str(r.randrange(100)) + mark(),
        lambda: w().capitalize().translate(LEET) + str(r.randrange(1000)),
        lambda: '-'.join(w() for _ in range(4)),
        lambda: ''.join(w().capitalize() for _ in range(3)) + str(r.randrange(10)),
        lambda: '_'.join([w(), w(), str(r.randrange(10, 9999))]),
        lambda: r.choice(WALKS[half]) + str(r.randrange(100)) + mark(),
        lambda: w().capitalize() + '#' + str(r.randrange(1, 100)),
        lambda: w() + str(r.randrange(1, 29)).zfill(2) + str(r.randrange(1, 13)).zfill(2) + str(r.randrange(60, 100)),
        lambda: pronounceable(r), lambda: pronounceable(r) + pronounceable(r),
        lambda: w().capitalize() + r.choice(ROLES[half]).capitalize() + mark() + str(r.randrange(100)),
        lambda: w()[:4] + mark() + w()[:4].upper() + str(r.randrange(100)),
    ])()


ORDINARY = {
    'train': ['Enter your password', 'Password is required', 'password_field', 'userPassword', 'db.password', 'login.password.label', 'string', 'text',
              'form-control', 'DB_PASSWORD', 'changeme', 'your-password-here', '<password>', 'required', '/run/secrets/db_password', 'reset-password',
              'bcrypt', 'sha256', 'password', 'current-password', 'X-Auth-Token', 'vault:secret/data/db', 'spring.datasource.password', 'input-password',
              'Invalid password', 'PASSWORD_DEFAULT', 'tls-secret', 'regcred', 'app-secrets', 'none', 'users.password.reset', 'passwordConfirmation', 'example', 'xxxxxxxx',
              'Passwort eingeben', 'Mot de passe oublié ?', 'auth.password', 'md5', 'my-secret-name', 'encrypted', 'secretKeyRef', 'http://localhost/reset', 'validatePassword'],
    'test': ['Please choose a password', 'Passwords do not match', 'passwordInput', 'newPassword', 'settings.smtp.password', 'form.password.placeholder', 'boolean', 'hidden',
             'btn btn-primary', 'MYSQL_PASSWORD', 'replace-me', 'yourpassword', '<your password>', 'optional', '/etc/secrets/password', 'forgot-password',
             'argon2id', 'sha512', 'passwd', 'new-password', 'X-Api-Token', 'ssm:/prod/db/password', 'quarkus.datasource.password', 'password-toggle',
             'Wrong password', 'PASSWORD_BCRYPT', 'db-credentials', 'docker-registry-secret', 'database-secret', 'null', 'accounts.password.change', 'passwordAgain', 'sample', '********',
             'Kennwort vergessen?', 'Contraseña incorrecta', 'user.password', 'sha1', 'secret-name', 'disabled', 'existingSecret', 'https://example.test/forgot', 'checkPassword'],
}

TEMPLATES = {
    'train': [
        ('config/application.yml', 'spring:\n  datasource:\n    url: jdbc:mysql://db.internal/shop\n    username: shop\n    password: {v}\n'),
        ('deploy/.env', 'DB_HOST=10.0.0.3\nDB_USER=app\nDB_PASSWORD={v}\nLOG_LEVEL=info\n'),
        ('src/settings.py', 'DATABASES = {{\n    "default": {{\n        "USER": "app",\n        "PASSWORD": "{v}",\n        "HOST": "db",\n    }}\n}}\n'),
        ('src/db.js', "const pool = mysql.createPool({{\n  host: 'db.internal',\n  user: 'app',\n  password: '{v}',\n}});\n"),
        ('src/main/java/Db.java', 'public class Db {{\n    private static final String DB_PASSWORD = "{v}";\n    private static final String USER = "app";\n}}\n'),
        ('docker-compose.yml', 'services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_USER: app\n      POSTGRES_PASSWORD: {v}\n'),
        ('conf/server.properties', 'db.user=app\ndb.password={v}\ndb.pool=8\n'),
        ('web.config', '<configuration>\n  <appSettings>\n    <add key="SmtpPassword" value="{v}" />\n  </appSettings>\n</configuration>\n'),
        ('README.md', '## Access\n\nThe staging box: user `admin`, password: `{v}`\n'),
        ('config/config.php', "<?php\nreturn [\n    'username' => 'app',\n    'password' => '{v}',\n];\n"),
        ('main.go', 'package main\n\nfunc connect() {{\n\tcfg := Config{{\n\t\tUser:     "app",\n\t\tPassword: "{v}",\n\t}}\n}}\n'),
        ('scripts/run.sh', '#!/bin/sh\nexport PGPASSWORD="{v}"\npsql -h db -U app\n'),
        ('etc/settings.xml', '<settings>\n  <server>\n    <username>deploy</username>\n    <password>{v}</password>\n  </server>\n</settings>\n'),
        ('etc/beans.xml', '<bean id="ds">\n  <password>\n    {v}\n  </password>\n</bean>\n'),
        ('Info.plist', '<plist version="1.0">\n<dict>\n  <key>Password</key>\n  <string>{v}</string>\n</dict>\n</plist>\n'),
        ('conf/datenbank.toml', '[datenbank]\nkennwort = "{v}"\n'),
        ('conf/banco.properties', 'banco.senha={v}\n'),
        ('conf/base.yml', 'base:\n  mot_de_passe: "{v}"\n'),
        ('conf/sunucu.ini', '[sunucu]\nparola = {v}\n'),
        ('conf/servidor.json', '{{\n  "contraseña": "{v}"\n}}\n'),
        ('deploy/pod.yaml', 'env:\n  - name: DB_PASSWORD\n    value: {v}\n'),
        ('main.tf', 'variable "db_password" {{\n  type    = string\n  default = "{v}"\n}}\n'),
        ('src/Main.java', 'class Main {{\n    void open() {{\n        source.setPassword("{v}");\n    }}\n}}\n'),
        ('notes.txt', 'password: {v}\n'),
    ],
    'test': [
        ('ansible/group_vars/all.yml', '---\nmysql_root_user: root\nmysql_root_password: "{v}"\nmysql_port: 3306\n'),
        ('app/.env.production', 'MAIL_HOST=smtp.internal\nMAIL_USERNAME=robot\nMAIL_PASSWORD="{v}"\n'),
        ('app/database.rb', "ActiveRecord::Base.establish_connection(\n  adapter: 'mysql2',\n  username: 'app',\n  password: '{v}'\n)\n"),
        ('src/client.ts', "export const options = {{\n  user: 'svc',\n  pass: '{v}',\n  port: 5432,\n}};\n"),
        ('src/Repo.cs', 'public class Repo\n{{\n    private const string AdminPassword = "{v}";\n}}\n'),
        ('appsettings.json', '{{\n  "Smtp": {{\n    "User": "robot",\n    "Password": "{v}"\n  }}\n}}\n'),
        ('etc/app.ini', '[ldap]\nbind_dn = cn=admin\nbind_password = {v}\n'),
        ('conf/context.xml', '<Context>\n  <Resource name="jdbc/app" username="app"\n    password="{v}" />\n</Context>\n'),
        ('docs/setup.md', '    mysql:\n      user: app\n      password: {v}\n'),
        ('lib/connect.py', 'conn = psycopg2.connect(host="db", user="app",\n                        password="{v}")\n'),
        ('values.yaml', 'redis:\n  auth:\n    password: {v}\n  replicas: 2\n'),
        ('src/main.kt', 'object Config {{\n    const val keystorePassword = "{v}"\n}}\n'),
    ],
}
COPIES = 40


def made(r, half, out):
    for secret in (True, False):
        for n in range(COPIES * len(TEMPLATES[half])):
            path, template = TEMPLATES[half][n % len(TEMPLATES[half])]
            value = password(r, half) if secret else r.choice(ORDINARY[half])
            # One of the marks would end a bare value, or escape.
            text = template.format(v=value)
            line = text[:text.index(value, template.index('{v}') - 8)].count('\n') + 1
            repository = f'people-{n % 24:02}'
            yield f'data/{repository}/{n:04}{"s" if secret else "o"}/{path}', text, [(line, value, secret)], repository


def replaced(r, half, corpus):
    """Copies of the corpus's files with other passwords in place of the labelled ones."""
    rows = collections.defaultdict(list)
    for meta in sorted(glob.glob(os.path.join(corpus, 'meta', '*.csv'))):
        with open(meta, newline='', encoding='utf8') as f:
            for row in csv.DictReader(f):
                a, b = int(row['ValueStart'] or -1), int(row['ValueEnd'] or -1)
                if row['GroundTruth'] == 'T' and 'Password' in row['Category'].split(':') and row['LineStart'] == row['LineEnd'] and 0 <= a < b <= a + 24:
                    rows[row['FilePath']].append((int(row['LineStart']), a, b))
    for path in sorted(rows):
        with open(os.path.join(corpus, path), 'rb') as f:
            lines = f.read().decode('utf8', 'replace').split('\n')
        places = []
        for line, a, b in sorted(rows[path], key=lambda p: (p[0], -p[1])):
            value = password(r, half)
            text = lines[line - 1]
            lines[line - 1] = text[:a] + value + text[b:]
            places.append((line, value, True))
        yield path, '\n'.join(lines), places, path.split('/')[1]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('--out', required=True)
    ap.add_argument('--half', choices=('train', 'test'), default='train')
    ap.add_argument('--corpus')
    a = ap.parse_args()
    r = random.Random(a.half)
    texts = list(made(r, a.half, a.out)) + (list(replaced(r, a.half, a.corpus)) if a.corpus else [])
    os.makedirs(a.out, exist_ok=True)
    with open(os.path.join(a.out, 'labels.jsonl'), 'w', encoding='utf8') as labels:
        for path, text, places, repository in texts:
            full = os.path.join(a.out, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, 'w', encoding='utf8') as f:
                f.write(text)
            for line, value, secret in places:
                labels.write(json.dumps({'file': path, 'line': line, 'value': value, 'secret': secret, 'repository': repository}) + '\n')


if __name__ == '__main__':
    main()
