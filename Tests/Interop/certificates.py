# SPDX-License-Identifier: Apache-2.0
"""An authority and a certificate for localhost, made with openssl for one run of the tests."""
import os
import ssl
import subprocess

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"]


class Certificates:
    """Files of an authority (`authority`) and of a certificate (`chain`, `key`) that it signed."""

    def __init__(self, folder, names="DNS:localhost,IP:127.0.0.1,IP:::1", days=2):
        self.authority, self.chain, self.key = (os.path.join(folder, name) for name in ("ca.pem", "cert.pem", "key.pem"))
        signing, request, extensions = (os.path.join(folder, name) for name in ("ca.key", "cert.csr", "extensions"))
        with open(extensions, "w") as file:
            file.write(f"subjectAltName={names}\nextendedKeyUsage=serverAuth\n")
        self.openssl(
            "req", "-x509", *KEY, "-days", str(days), "-keyout", signing, "-out", self.authority, "-subj", "/CN=tests",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign",
        )
        self.openssl("req", *KEY, "-keyout", self.key, "-out", request, "-subj", "/CN=localhost")
        self.openssl(
            "x509", "-req", "-in", request, "-CA", self.authority, "-CAkey", signing, "-days", str(days), "-extfile", extensions,
            "-out", self.chain,
        )

    @staticmethod
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)

    def context(self, *protocols):
        """A client that believes this authority and no other."""
        context = ssl.create_default_context(cafile=self.authority)
        if protocols:
            context.set_alpn_protocols(protocols)
        return context
