"""Rules that are off by default, and configuration that switches them on."""
import os
import subprocess

PASSWORD = "vT4" + "kQz9wLm2" + "xR"


def scan(folder, *config):
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    for value in config:
        subprocess.run(["git", "config", "--add", "sekisho.rule", value],
                       cwd=folder, check=True)
    (folder / "remote").write_text(f"https://me:{PASSWORD}@git.acme.io/x\n")
    return subprocess.run([os.environ["SEKISHO"], "scan"], cwd=folder, capture_output=True,
                          text=True)


def test_a_rule_that_is_off_finds_nothing(tmp_path):
    assert scan(tmp_path).returncode == 0


def test_configuration_switches_rules_on(tmp_path):
    run = scan(tmp_path, "json-web-token", "url-password")
    assert run.returncode == 1
    assert "url-password" in run.stdout
    assert PASSWORD not in run.stdout + run.stderr


def test_a_rule_that_is_not_there_is_an_error(tmp_path):
    run = scan(tmp_path, "no-such-rule")
    assert run.returncode == 2
    assert "sekisho.rule: no-such-rule" in run.stderr
