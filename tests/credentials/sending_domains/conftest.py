"""SES, a DNS and Route 53 that know nothing yet."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from moto import mock_aws

from sandbox.ses_double.double import Double, DoubleSettings
from sandbox.ses_double.name_server import NameServer
from sandbox.ses_double.server import DoubleServer

if TYPE_CHECKING:
    from sandbox.ses_double.names import Names


@dataclass(frozen=True, slots=True)
class Outside:
    """What is outside of Postroom: SES in region eu-west-1, and the DNS that both look at."""

    ses: Double
    name_server: NameServer

    @property
    def names(self) -> Names:
        return self.name_server.names

    def publish(self, name: str) -> None:
        """Write every record that SES wants, as a careful owner would."""
        self.names.publish(self.ses.account.identity(name), "eu-west-1")

    def operations(self) -> list[str]:
        """What SES was asked, in order."""
        return [call["operation"] for call in self.ses.calls.all()]


@pytest.fixture
def outside(tmp_path, monkeypatch, settings):
    """A double of SES over HTTP, a name server, and Route 53 by moto; the portal's clients lead there."""
    double = Double(DoubleSettings(tmp_path, "eu-west-1", mailbox_kept_count=0))
    name_server = NameServer(double.names)
    server = DoubleServer(double, port=0)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    settings.AWS_REGION, settings.DNS_SERVERS = "eu-west-1", [f"127.0.0.1:{name_server.port}"]
    settings.SES_CONFIGURATION_SET = "postroom"
    double.account.add_configuration_set("postroom", sending_enabled=True)
    name_server.start()
    thread.start()
    config = Config(retries={"total_max_attempts": 1}, read_timeout=5)
    with mock_aws():
        ses = boto3.client("sesv2", region_name="eu-west-1", endpoint_url=server.url, config=config)
        route53 = boto3.client("route53", region_name="eu-west-1")
        monkeypatch.setattr("portal.aws.ses_identities.client", lambda _name: ses)
        monkeypatch.setattr("portal.aws.ses.client", lambda _name: ses)
        monkeypatch.setattr("portal.aws.route53.client", lambda _name: route53)
        yield Outside(double, name_server)
        ses.close()
        route53.close()
    server.shutdown()
    server.server_close()
    thread.join()
    name_server.stop()
    double.log.close()
