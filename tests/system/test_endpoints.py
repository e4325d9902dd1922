"""Our URLs against botocore's endpoint rules, for every region it knows."""

import itertools
import os
import subprocess

import botocore.session
import pytest
from botocore.endpoint_provider import EndpointProvider

HELPER = os.path.join(os.environ["SEKISHO_BUILD"], "unit", "test_endpoint")
# Of regions that are not there yet, and of none.
INVENTED = ["us-east-9", "xx-north-1", "cn-south-2", "us-gov-new-12", "us-isob-a-3",
            "us-isof-mid-2", "eu-isoe-x9-2", "eusc-de-west-2", "eusc-fr-west-2", "us-gov-west",
            "us-gov-a-b-1", "us-iso-east-1x", "local"]


@pytest.fixture(scope="module")
def loader():
    return botocore.session.get_session().get_component("data_loader")


@pytest.fixture(scope="module")
def regions(loader):
    known = [r for p in loader.load_data("partitions")["partitions"] for r in p["regions"]]
    return [r for r in known if not r.endswith("-global")] + INVENTED


@pytest.mark.parametrize("service", ["sts", "secretsmanager", "ssm"])
def test_urls_are_those_of_the_sdk(loader, regions, service):
    rules = loader.load_service_model(service, "endpoint-rule-set-1")
    provider = EndpointProvider(rules, loader.load_data("partitions"))
    cases = list(itertools.product(regions, (False, True), (False, True)))
    done = subprocess.run(
        [HELPER, "urls"], capture_output=True, text=True, timeout=60, check=True,
        input="".join(f"{service} {r} {int(f)} {int(d)}\n" for r, f, d in cases))
    ours = done.stdout.splitlines()
    assert len(ours) == len(cases) > 200
    for (region, fips, dualstack), url in zip(cases, ours):
        known = {"Region": region, "UseFIPS": fips, "UseDualStack": dualstack}
        if service == "sts":
            known["UseGlobalEndpoint"] = False
        assert url == provider.resolve_endpoint(**known).url
