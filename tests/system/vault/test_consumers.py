"""AWS's own programs, which get their identity through credential_process."""

import json
import os
import shutil
import sys

import pytest

from . import faults
from .fake_aws import REGION

USES = """
import boto3
sts = boto3.session.Session().client("sts", endpoint_url="{url}")
for _ in range({uses}):
    print(sts.get_caller_identity()["Arn"])
"""


@pytest.fixture
def sdk(aws, vault):
    """An SDK's profile that calls the vault, each time with a mark in a file."""
    tool = vault.script(
        "helper", f'#!/bin/sh\necho >>{vault.top}/count\nexec {vault.program} "$@"\n'
    )
    vault.aws_profiles(
        default={"credential_process": f"{tool} get default", "region": REGION}
    )
    vault.credentials(ann=vault.static(aws.user("ann")))
    vault.profiles(default={"role_arn": aws.role("deploy"), "source_profile": "ann"})
    return vault


def helped(vault):
    path = vault.top / "count"
    return path.read_text().count("\n") if path.exists() else 0


def boto3(vault, url, uses=1):
    return vault.run(sys.executable, "-c", USES.format(url=url, uses=uses))


def cli(vault, url, *args):
    aws = os.path.join(os.path.dirname(sys.executable), "aws")
    return vault.run(aws, "--endpoint-url", url, *args)


def test_boto3_is_the_role(aws, sdk):
    result = boto3(sdk, aws.url, 3)
    assert result.out.count("assumed-role/deploy/") == 3, result
    assert helped(sdk) == 1 and aws.count("AssumeRole") == 1


def test_the_aws_cli_is_the_role(aws, sdk):
    for _ in range(2):
        result = cli(sdk, aws.url, "sts", "get-caller-identity")
        assert "assumed-role/deploy/" in json.loads(result.out)["Arn"]
    assert helped(sdk) == 2 and aws.count("AssumeRole") == 1


@pytest.mark.parametrize("minutes, calls", [(9, 2), (12, 2), (20, 1)])
def test_boto3_asks_once_whatever_is_left_in_the_cache(aws, sdk, minutes, calls):
    sdk.left(minutes * 60)
    assert boto3(sdk, aws.url, 5).status == 0
    assert helped(sdk) == 1
    assert aws.count("AssumeRole") == calls


@pytest.mark.parametrize("minutes, helps", [(9, 6), (12, 6), (20, 1)])
def test_boto3_asks_again_and_again_where_nothing_newer_is_to_be_had(
    aws, sdk, minutes, helps
):
    """Then the vault answers from its cache, and AWS is asked once."""
    sdk.left(minutes * 60)
    aws.always("AssumeRole", faults.error("AccessDenied", "no", 403))
    assert boto3(sdk, aws.url, 5).status == 0
    assert helped(sdk) == helps
    assert aws.count("AssumeRole") == (1 if helps == 1 else 2)


@pytest.mark.parametrize("minutes, calls", [(9, 2), (12, 2), (20, 1)])
def test_the_aws_cli_asks_once_whatever_is_left_in_the_cache(
    aws, sdk, minutes, calls
):
    sdk.left(minutes * 60)
    assert cli(sdk, aws.url, "sts", "get-caller-identity").status == 0
    assert helped(sdk) == 1
    assert aws.count("AssumeRole") == calls


def test_a_failure_is_told_to_the_user_of_the_sdk(aws, sdk):
    aws.always("AssumeRole", faults.error("AccessDenied", "ask your admin", 403))
    for result in (
        boto3(sdk, aws.url), cli(sdk, aws.url, "sts", "get-caller-identity"),
    ):
        assert result.status != 0
        assert "ask your admin" in result.err
        sdk.assert_unseen(result.all)


def test_exec_gives_the_aws_cli_its_identity(aws, sdk):
    tool = os.path.join(os.path.dirname(sys.executable), "aws")
    result = sdk.vault(
        "exec", "default", "--", tool, "--endpoint-url", aws.url, "sts",
        "get-caller-identity",
    )
    assert "assumed-role/deploy/" in result.out, result
    assert helped(sdk) == 0


@pytest.mark.parametrize("source", ["secretsmanager:app/deployer", "ssm:/app/deployer"])
def test_the_whole_way_through_the_emulator(emulator, vault, source):
    """setup writes what boto3 reads; boto3 asks the vault; the vault reads the key
    in the secret with another key, in the encrypted file, and assumes the role."""
    id, secret = emulator.user
    vault.held += [emulator.user[1], emulator.held[1]]
    vault.vault("add", "reader", stdin=json.dumps(
        {"AccessKeyId": id, "SecretAccessKey": secret}
    ), ok=True)
    endpoint = ["--set", f"endpoint_url={emulator.url}"]
    vault.write(vault.config, "[sekisho]\ntimeout = 30\n\n[profile reader]\n"
                f"sekisho_source = keyring:reader\nregion = us-east-1\n"
                f"endpoint_url = {emulator.url}\n")
    vault.vault(
        "setup", "default", "--region", "us-east-1", "--set", f"sekisho_source={source}",
        "--set", "sekisho_reader_profile=reader", "--set", f"role_arn={emulator.role}",
        *endpoint, ok=True,
    )
    result = boto3(vault, emulator.url)
    assert "assumed-role/deploy/" in result.out, result
    vault.assert_unseen(result.all)


def test_an_instances_environment_needs_no_key_anywhere(aws, vault):
    aws.listen("169.254.169.254", 80)
    vault.env.pop("AWS_EC2_METADATA_DISABLED")
    vault.profiles(default={
        "credential_source": "Ec2InstanceMetadata", "role_arn": aws.role("deploy"),
    })
    vault.vault("setup", "default", "--region", REGION, ok=True)
    result = boto3(vault, aws.url)
    assert "assumed-role/deploy/" in result.out, result
    assert aws.last("AssumeRole").key is aws.imds.current


def test_an_installation_moved_elsewhere_still_works(aws, sdk):
    top = sdk.top / "a b"
    for path in (sdk.programs.hit, sdk.programs.full):
        target = top / path.relative_to(sdk.programs.hit.parent.parent)
        target.parent.mkdir(parents=True)
        shutil.copy(path, target)
    sdk.program = str(top / "bin/sekisho-vault")
    sdk.get()
    link = sdk.top / "link"
    link.symlink_to(sdk.program)
    sdk.program = str(link)
    sdk.get()
