# shellcheck shell=sh
# Releases: /opt/motcua/releases/VERSION-DIGEST, each whole in itself, and `current` that names one.

current() { basename "$(readlink "$OPT/current" 2> /dev/null)"; }

# The files of a release, as they lie in this checkout.
files() {
    # shellcheck disable=SC2086
    (cd "$SOURCE" && find $PARTS -type f -not -path '*/__pycache__/*' -not -path 'assets/voice/*' \
        -not -path '*.egg-info/*' -print0 | sort -z)
}

# The name of what lies in this checkout: two that differ in a byte never share one.
release_name() {
    version=$(sed -n 's/^version = //p' "$SOURCE/setup.cfg")
    digest=$(cd "$SOURCE" && files | xargs -0 sha256sum | sha256sum | cut -c 1-8)
    echo "$version-$digest"
}

make_release() {
    release=$(release_name)
    place=$OPT/releases/$release
    [ ! -e "$place/.whole" ] || return 0
    say "release $release"
    # What was begun and did not end counts for nothing.
    rm -rf "$place"
    mkdir -p "$place"
    files | tar -c -C "$SOURCE" --null --no-recursion --owner=0 --group=0 -T - | tar -x -C "$place"
    chmod -R u=rwX,go=rX "$place"
    (
        cd "$place"
        /usr/bin/python3 -m venv .venv
        extras=
        ! has_screen || extras=kiosk
        # shellcheck disable=SC2086
        .venv/bin/python deploy/locked.py $extras
        .venv/bin/pip -q --disable-pip-version-check install --no-deps --no-build-isolation --no-index -e .
        .venv/bin/python -m compileall -q deploy display hub kiosk shared
        if has_display; then
            for language in vi en; do
                .venv/bin/python -m deploy.voice make --language "$language" \
                    --out "assets/voice/$language" > /dev/null \
                    || say "no whole voice for $language: what is missing is only chimed" >&2
            done
        fi
    ) || fail "$release could not be made; what runs is untouched"
    : > "$place/.whole"
}

# Make a release the one that is started: NAME.
activate() {
    ln -sfn "releases/$1" "$OPT/current.new"
    mv -T "$OPT/current.new" "$OPT/current"
    put_services "$OPT/current"
}

# Keep the one that runs, the one before, and no other.
forget_old_releases() {
    keep=$(basename "$(readlink "$OPT/previous")")
    for place in "$OPT"/releases/*; do
        case ${place##*/} in "$(current)" | "$keep") ;; *) rm -rf "$place" ;; esac
    done
    forget_backup
}

# The one of a hub that keeps none: what is to be forgotten must not outlive its day there.
forget_backup() { rm -rf "$DATA/before-upgrade"; }

hub_command() { # RELEASE WORDS…
    name=$1
    shift
    runuser -u motcua -- "$OPT/releases/$name/.venv/bin/motcua-hub" "$@"
}

# Where the hub keeps its own backups: there they are thinned out, and forget what is to be forgotten.
# A hub that keeps none gets a folder that goes when the upgrade has succeeded.
backup_folder() { # RELEASE
    "$OPT/releases/$1/.venv/bin/python" - "$ETC/hub.toml" "$DATA" << 'END'
import pathlib, sys, tomllib
told = tomllib.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
kept = told.get("backup", {}).get("folder", "backups")
print(pathlib.Path(sys.argv[2]) / (kept or "before-upgrade"))
END
}

make_folder() { [ -d "$1" ] || install -d -o motcua -g motcua -m 0700 "$1"; }

# Stop the hub and keep its data as they are; sets `backup`, and `seq`, the newest event in it.
stop_and_back_up() { # RELEASE
    # From here on nobody is left half-way: not by a closed terminal, not without a backup.
    trap '' HUP INT TERM
    backup=
    # Of a hub that does not answer nothing is known, and a backup would not make it serve.
    seq=$(curl -fsS -m 5 http://127.0.0.1:8080/healthz 2> /dev/null \
        | sed -n 's/.*"seq":\([0-9]*\).*/\1/p') || true
    stopped=$1
    trap start_again EXIT
    systemctl stop motcua-hub.service
    [ -e "$DATA/journal.db" ] || return 0
    if ! { folder=$(backup_folder "$1") && make_folder "$folder" \
        && backup=$folder/motcua-$(date -u +%Y%m%dT%H%M%S.%3NZ).db \
        && hub_command "$1" backup --data "$DATA" "$backup"; }; then
        fail "without a backup nothing is changed"
    fi
}

# Whatever goes wrong between the hub's stop and its new start, the hall is not left without one.
start_again() {
    trap - EXIT
    say "the upgrade has failed; $stopped is started again" >&2
    activate "$stopped" || ln -sfn "releases/$stopped" "$OPT/current"
    systemctl start --no-block motcua-hub.service
}

# Go back to that backup, for the release NAME.
restore_backup() {
    [ -n "$backup" ] || fail "there is no backup to go back to: the journal was not there before"
    # Only when no number was given since may numbers go on without a gap.
    complete=
    if given=$(hub_command "$release" journal --data "$DATA" --since "$seq"); then
        case $given in *ticket_issued*) ;; *) complete=--complete ;; esac
    fi
    # shellcheck disable=SC2086
    hub_command "$1" restore "$backup" --data "$DATA" --replace $complete >&2
}
