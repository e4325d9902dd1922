"""Our HTTP client against TLS servers, right and wrong ones."""

import datetime
import ipaddress
import os
import re
import socket
import ssl
import subprocess
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

UNIT = os.path.join(os.environ["SEKISHO_BUILD"], "unit")
CLIENT = os.path.join(UNIT, "test_http_curl")
MEMORY = os.path.join(UNIT, "test_http_memory")
NOW = datetime.datetime.now(datetime.timezone.utc)
DAY = datetime.timedelta(days=1)


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    """Signs certificates; its own is in the file `bundle`."""

    def __init__(self, folder, title="test authority"):
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = name(title)
        self.bundle = folder / "ca.pem"
        own = self.sign(self.name, self.key, NOW + DAY, x509.BasicConstraints(True, None))
        self.bundle.write_bytes(own.public_bytes(serialization.Encoding.PEM))

    def sign(self, subject, key, end, *extensions):
        made = (x509.CertificateBuilder().subject_name(subject).issuer_name(self.name)
                .public_key(key.public_key()).serial_number(x509.random_serial_number())
                .not_valid_before(NOW - 2 * DAY).not_valid_after(end))
        for extension in extensions:
            made = made.add_extension(extension, critical=False)
        return made.sign(self.key, hashes.SHA256())

    def certificate(self, address="127.0.0.1", end=NOW + DAY):
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName(
            [x509.IPAddress(ipaddress.ip_address(address))])
        made = self.sign(name("server"), key, end, names)
        path = self.folder / f"{made.serial_number}.pem"
        path.write_bytes(
            made.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(serialization.Encoding.PEM,
                                serialization.PrivateFormat.PKCS8,
                                serialization.NoEncryption()))
        return path


class Server:
    """Answers over TLS with the request itself."""

    def __init__(self, certificate, **limits):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        for key, value in limits.items():
            setattr(self.context, key, value)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = "https://127.0.0.1:%d/" % self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join()

    def run(self):
        while True:
            try:
                plain, _ = self.listener.accept()
            except OSError:
                return
            with plain:
                try:
                    with self.context.wrap_socket(plain, server_side=True) as tls:
                        while self.answer(tls):
                            pass
                except (OSError, ssl.SSLError):
                    pass

    @staticmethod
    def answer(tls):
        got = b""
        while b"\r\n\r\n" not in got:
            part = tls.recv(65536)
            if not part:
                return False
            got += part
        head, _, body = got.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.I)
        while length and len(body) < int(length[1]):
            part = tls.recv(65536)
            if not part:
                return False
            body += part
        whole = head + b"\r\n\r\n" + body
        tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(whole) + whole)
        return True


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ca"))


def get(url, ca, program=CLIENT, **env):
    done = subprocess.run([program, url, str(ca)], capture_output=True, text=True,
                          timeout=60, check=True, env={**os.environ, **env})
    return done.stdout


def test_a_server_that_the_bundle_vouches_for_is_believed(authority):
    with Server(authority.certificate()) as server:
        assert get(server.url, authority.bundle).startswith("status 200: GET / HTTP/1.1")


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_speaks_tls_of_today(authority, version):
    only = getattr(ssl.TLSVersion, version)
    with Server(authority.certificate(), minimum_version=only, maximum_version=only) as server:
        assert get(server.url, authority.bundle).startswith("status 200")


def test_a_server_that_nobody_vouches_for_is_refused(authority):
    with Server(authority.certificate()) as server:
        out = get(server.url, "-")
    assert re.match(r"error \d+: 127\.0\.0\.1: TLS: .*certificate", out), out


def test_another_authority_is_not_believed(authority, tmp_path):
    with Server(authority.certificate()) as server:
        out = get(server.url, Authority(tmp_path, "another").bundle)
    assert re.match(r"error \d+: 127\.0\.0\.1: TLS: .*certificate", out), out


def test_the_certificate_of_another_host_is_refused(authority):
    with Server(authority.certificate("127.0.0.2")) as server:
        out = get(server.url, authority.bundle)
    assert re.match(r"error \d+: 127\.0\.0\.1: TLS: .*match", out), out


def test_an_expired_certificate_is_refused(authority):
    with Server(authority.certificate(end=NOW - DAY)) as server:
        out = get(server.url, authority.bundle)
    assert re.match(r"error \d+: 127\.0\.0\.1: TLS: .*expired", out), out


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tls_older_than_1_2_is_refused(authority, tmp_path):
    # A policy of the system would refuse it too: it is taken out of the way.
    config = tmp_path / "openssl.cnf"
    config.write_text("openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n"
                      "[c]\nMinProtocol = TLSv1\nCipherString = DEFAULT@SECLEVEL=0\n")
    server = Server(authority.certificate(), minimum_version=ssl.TLSVersion.TLSv1,
                    maximum_version=ssl.TLSVersion.TLSv1_1)
    server.context.set_ciphers("ALL:@SECLEVEL=0")
    with server:
        out = get(server.url, authority.bundle, OPENSSL_CONF=str(config))
        assert re.match(r"error \d+: 127\.0\.0\.1: TLS: ", out), out
        # The same server is right for who asks for less.
        old = ssl.create_default_context(cafile=authority.bundle)
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.set_ciphers("ALL:@SECLEVEL=0")
        address = ("127.0.0.1", int(server.url.rsplit(":", 1)[1].strip("/")))
        with socket.create_connection(address) as plain:
            with old.wrap_socket(plain, server_hostname="127.0.0.1") as tls:
                assert tls.version() == "TLSv1.1"


def test_a_server_without_tls_is_refused(authority):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def greet():
            with listener.accept()[0] as plain:
                plain.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                plain.recv(1000)
        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        out = get("https://127.0.0.1:%d/" % listener.getsockname()[1], authority.bundle)
        thread.join()
    assert re.match(r"error \d+: 127\.0\.0\.1: TLS: ", out), out


def test_the_keys_of_connections_are_written_nowhere(authority, tmp_path):
    log = tmp_path / "keys"
    with Server(authority.certificate()) as server:
        out = get(server.url, authority.bundle, SSLKEYLOGFILE=str(log))
    assert out.startswith("status 200")
    assert not log.exists()


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_tls_leaves_no_copy_in_memory(authority, version):
    only = getattr(ssl.TLSVersion, version)
    with Server(authority.certificate(), minimum_version=only, maximum_version=only) as server:
        out = get(server.url, authority.bundle, program=MEMORY)
    assert out == "0 and 0 copies\n"
