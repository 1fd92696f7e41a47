# SPDX-License-Identifier: Apache-2.0
"""What the world lays in the place of what a reader of the guides has: a domain, an authority, addresses."""

NAME = "call.example.org"
OBSERVER = "stun.example.net"

# What `sterna check` may warn of: the host is a part of another machine, whose limits and clock are not its own.
WARNINGS = ("socket buffers end at", "nobody keeps this machine's clock right", "the server may open")

# certbot with the authority of the world: proves the domain over port 80, and hands over what it was given beforehand.
CERTBOT = r"""#!/bin/bash
set -euo pipefail
die() { echo "certbot: $*" >&2; exit 1; }
[ "$1" = certonly ] || die "only certonly is known here"
shift
hook=
while [ $# -gt 0 ]; do
    case $1 in
        --webroot) shift ;;
        -w) webroot=$2; shift 2 ;;
        -d) name=$2; shift 2 ;;
        --deploy-hook) hook=$2; shift 2 ;;
        *) die "unrecognized arguments: $1" ;;
    esac
done
[ -d "$webroot" ] || die "$webroot does not exist or is not a directory"
challenges=$webroot/.well-known/acme-challenge
mkdir -p "$challenges"
token=$(openssl rand -hex 16)
echo "$token.thumbprint" >"$challenges/$token"
chmod 644 "$challenges/$token"
said=$(curl -sSf "http://$name/.well-known/acme-challenge/$token") || die "$name does not serve the challenge"
rm "$challenges/$token"
[ "$said" = "$token.thumbprint" ] || die "$name serves “$said” as the challenge"
export RENEWED_LINEAGE=/etc/letsencrypt/live/$name RENEWED_DOMAINS=$name
install -d -m 0700 "$RENEWED_LINEAGE"
install -m 0644 /usr/share/authority/fullchain.pem "$RENEWED_LINEAGE/fullchain.pem"
install -m 0600 /usr/share/authority/privkey.pem "$RENEWED_LINEAGE/privkey.pem"
[ -z "$hook" ] || sh -c "$hook"
"""
