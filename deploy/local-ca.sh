#!/bin/sh
# A certificate authority for a centre without a public name, and the hub's certificate by it.
#
#   local-ca.sh make FOLDER NAME…     the CA, where there is none, and a certificate for these names
#   local-ca.sh renew FOLDER          a new certificate for the same names, if the old one runs out
#
# FOLDER gets ca.key (keep it secret), ca.pem (give it to kiosks, displays and officers' browsers),
# server.key, server.pem and names. The CA can sign for these names alone: whoever trusts it trusts
# this hub and nothing else. NAME is a host's name or an IPv4 address; the first is the main one.
set -eu
umask 077

CA_DAYS=3650
# Browsers take no more than 825 days from a CA of one's own.
DAYS=800
SPARE_S=$((60 * 24 * 3600))

usage() { sed -n '4,5s/^# *//p' "$0" >&2; exit 2; }

kind() { # NAME, word for a name, word for an address
    case $1 in
        *[!0-9.]*) echo "$2$1" ;;
        *) echo "$3$1$4" ;;
    esac
}

make_ca() { # FOLDER NAMES
    # Without any name or address of a kind the CA would be free to sign for all of that kind.
    permitted="permitted;DNS:invalid,permitted;IP:0.0.0.0/255.255.255.255"
    for name in $2; do
        permitted="$permitted,permitted;$(kind "$name" DNS: IP: /255.255.255.255)"
    done
    openssl ecparam -genkey -name prime256v1 -noout -out "$1/ca.key.new"
    openssl req -x509 -new -key "$1/ca.key.new" -days "$CA_DAYS" -out "$1/ca.pem.new" \
        -subj "/CN=motcua local CA of ${2%% *}" \
        -addext "basicConstraints=critical,CA:TRUE,pathlen:0" \
        -addext "keyUsage=critical,keyCertSign,cRLSign" \
        -addext "nameConstraints=critical,$permitted"
    mv "$1/ca.pem.new" "$1/ca.pem"
    mv "$1/ca.key.new" "$1/ca.key"
    printf '%s\n' "$2" > "$1/names"
}

make_certificate() { # FOLDER NAMES
    # In the folder itself: there the files are only renamed, all at once. The weekly unit may not
    # read a key again once it is the proxy's.
    rm -rf "$1"/.new-*
    work=$(mktemp -d "$1/.new-XXXXXX")
    trap 'rm -rf "$work"' EXIT
    alternatives=
    for name in $2; do
        alternatives="$alternatives${alternatives:+,}$(kind "$name" DNS: IP: "")"
    done
    openssl ecparam -genkey -name prime256v1 -noout -out "$work/server.key"
    openssl req -new -key "$work/server.key" -subj "/CN=${2%% *}" -out "$work/request"
    printf '%s\n' "basicConstraints=critical,CA:FALSE" "keyUsage=critical,digitalSignature" \
        "extendedKeyUsage=serverAuth" "subjectKeyIdentifier=hash" \
        "authorityKeyIdentifier=keyid" "subjectAltName=$alternatives" > "$work/extensions"
    openssl x509 -req -in "$work/request" -CA "$1/ca.pem" -CAkey "$1/ca.key" -days "$DAYS" \
        -set_serial "0x$(openssl rand -hex 16)" -extfile "$work/extensions" \
        -out "$work/server.pem" 2> "$work/said" || { cat "$work/said" >&2; exit 1; }
    openssl verify -CAfile "$1/ca.pem" "$work/server.pem" > "$work/said" 2>&1 \
        || { cat "$work/said" >&2; exit 1; }
    if owner=$(getent passwd motcua-proxy); then
        chown "$(echo "$owner" | cut -d: -f3,4)" "$work/server.key"
    fi
    chmod 644 "$work/server.pem" "$1/ca.pem"
    mv "$work/server.key" "$1/server.key"
    mv "$work/server.pem" "$1/server.pem"
}

[ $# -ge 2 ] || usage
command=$1 folder=$2
shift 2
case $command in
    make)
        [ $# -ge 1 ] || usage
        mkdir -p "$folder"
        chmod 755 "$folder"
        if [ -e "$folder/ca.key" ] && [ "$(cat "$folder/names")" != "$*" ]; then
            echo "local-ca.sh: $folder has a CA for '$(cat "$folder/names")', which can sign for" \
                "nothing else; move it away to make one for '$*'" >&2
            exit 2
        fi
        [ -e "$folder/ca.key" ] || make_ca "$folder" "$*"
        # One that was copied here may be open to all.
        chmod 600 "$folder/ca.key"
        [ -e "$folder/server.pem" ] || make_certificate "$folder" "$*"
        ;;
    renew)
        if ! openssl x509 -in "$folder/server.pem" -noout -checkend "$SPARE_S" > /dev/null; then
            make_certificate "$folder" "$(cat "$folder/names")"
            echo "The certificate is new."
        fi
        openssl x509 -in "$folder/ca.pem" -noout -checkend "$SPARE_S" > /dev/null || {
            echo "local-ca.sh: the CA itself runs out: make a new one, and give it to all" >&2
            exit 1
        }
        ;;
    *) usage ;;
esac
