"""A real broker with a listener for each way to log in, each with certificates of a private authority, and ACLs."""

from dataclasses import dataclass
from pathlib import Path

from confluent_kafka.admin import (
    AdminClient,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)

from deploy.local import Service
from deploy.local.kafka import kafka_service
from deploy.local.service import HOST, free_ports
from tests.security.authority import Authority, Certificate, Tokens

PASSWORD = "pass-wort,=\"'ß"  # every client must quote it rightly
USERS = ("root", "worker", "publisher", "reader", "operator", "nobody")


@dataclass(frozen=True)
class SecureKafka:
    """`listeners`: host:port by name."""

    service: Service
    authority: Authority
    tokens: Tokens
    listeners: dict[str, str]
    client: Certificate

    @property
    def admin(self) -> AdminClient:
        """On the plain listener, which only this machine reaches, as super user."""
        return AdminClient({"bootstrap.servers": self.service.address})


def new_secure_kafka(folder: Path) -> SecureKafka:
    authority = Authority(folder / "ca", "kafka's authority")
    tokens = Tokens(folder / "ca")
    clients = Authority(folder / "clients", "the clients' authority")
    names = ("SCRAM", "OAUTH", "MTLS", "EXPIRED", "OTHERNAME")
    ports = free_ports(len(names) + 2)
    listeners = {name: f"localhost:{port}" for name, port in zip(names, ports[2:], strict=True)}
    extra = _settings(folder, authority, clients, tokens, listeners, ports)
    service = kafka_service(folder / "kafka", ports[0], controller_port=ports[1], memory="384m", extra=extra)
    service.command.insert(1, f"-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls={tokens.jwks.as_uri()}")
    return SecureKafka(service, authority, tokens, listeners, clients.issue("root"))


def _settings(
    folder: Path, authority: Authority, clients: Authority, tokens: Tokens, listeners: dict[str, str], ports: list[int]
) -> dict[str, str]:
    plain = f"PLAINTEXT://{HOST}:{ports[0]}"
    login = "org.apache.kafka.common.security"
    settings = {
        "listeners": ",".join(
            [plain, f"CONTROLLER://{HOST}:{ports[1]}", *(f"{n}://{a.replace('localhost', HOST)}" for n, a in listeners.items())]
        ),
        "advertised.listeners": ",".join([plain, *(f"{name}://{address}" for name, address in listeners.items())]),
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SCRAM:SASL_SSL,OAUTH:SASL_SSL,MTLS:SSL,"
        "EXPIRED:SASL_SSL,OTHERNAME:SASL_SSL",
        "sasl.enabled.mechanisms": "SCRAM-SHA-256,SCRAM-SHA-512",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS;User:root",
        "ssl.principal.mapping.rules": "RULE:^CN=([^,]+).*$/$1/",
        "sasl.oauthbearer.jwks.endpoint.url": tokens.jwks.as_uri(),
        "sasl.oauthbearer.expected.audience": "biorelay",
        "listener.name.oauth.sasl.enabled.mechanisms": "OAUTHBEARER",
        "listener.name.oauth.oauthbearer.sasl.jaas.config": f"{login}.oauthbearer.OAuthBearerLoginModule required;",
        "listener.name.oauth.oauthbearer.sasl.server.callback.handler.class": f"{login}.oauthbearer.OAuthBearerValidatorCallbackHandler",
        "listener.name.oauth.oauthbearer.connections.max.reauth.ms": "3600000",  # a connection ends with its token
        "listener.name.mtls.ssl.client.auth": "required",
        "listener.name.mtls.ssl.truststore.type": "PEM",
        "listener.name.mtls.ssl.truststore.location": str(clients.ca),
    }
    for name in ("scram", "expired", "othername"):
        for mechanism in ("scram-sha-256", "scram-sha-512"):
            settings[f"listener.name.{name}.{mechanism}.sasl.jaas.config"] = f"{login}.scram.ScramLoginModule required;"
    for name in listeners:
        alt = "DNS:kafka.example.org" if name == "OTHERNAME" else "DNS:localhost,IP:127.0.0.1"
        certificate = authority.issue(f"broker-{name.lower()}", alt=alt, days=-1 if name == "EXPIRED" else 30)
        settings[f"listener.name.{name.lower()}.ssl.keystore.type"] = "PEM"
        settings[f"listener.name.{name.lower()}.ssl.keystore.location"] = str(certificate.both)
    return settings


def add_users(kafka: SecureKafka) -> None:
    """Every user with the one password, for both hashes."""
    admin = kafka.admin  # its futures end with it
    for mechanism in (ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512):
        how = ScramCredentialInfo(mechanism, 4096)
        for done in admin.alter_user_scram_credentials(
            [UserScramCredentialUpsertion(user, how, PASSWORD.encode()) for user in USERS]
        ).values():
            done.result(30)
