#!/bin/sh
# Installs this folder: `./install.sh` for yourself, `sudo ./install.sh /usr/local` for everybody.
# `./install.sh --remove` and `sudo ./install.sh --remove /usr/local` take it away again.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
remove=no
if [ "${1:-}" = --remove ]; then remove=yes; shift; fi
prefix=${1:-}
if [ -n "$prefix" ]; then
    vst3=$prefix/lib/vst3 clap=$prefix/lib/clap bin=$prefix/bin share=$prefix/share
    presets=$prefix/share/vst3/presets
else
    vst3=$HOME/.vst3 clap=$HOME/.clap bin=$HOME/.local/bin share=${XDG_DATA_HOME:-$HOME/.local/share}
    presets=$HOME/.vst3/presets
fi

# Each file of a folder here, in the folder there: copied beside and renamed, so that a host that runs keeps what it has open.
place() {
    (cd "$here/$1" && find . -type f) | while IFS= read -r file; do
        to=$2/${file#./}
        if [ $remove = yes ]; then
            rm -f "$to"
        else
            mkdir -p "$(dirname "$to")"
            cp -p "$here/$1/$file" "$to.new"
            mv -f "$to.new" "$to"
        fi
    done
}

place lib/vst3 "$vst3"
place lib/clap "$clap"
place bin "$bin"
place share/vst3/presets "$presets"
for folder in applications bash-completion doc fish icons man zsh; do
    place "share/$folder" "$share/$folder"
done
if [ $remove = yes ]; then
    # Only what is empty goes.
    find "$vst3/Lacquer.vst3" "$presets/Lacquer" "$share/doc/lacquer" -depth -type d -exec rmdir {} \; 2>/dev/null || :
    echo "Removed. Presets and settings of your own are kept."
else
    echo "Installed: $vst3/Lacquer.vst3, $clap/Lacquer.clap, $bin/lacquer, $bin/lacquer-standalone"
    case ":$PATH:" in *":$bin:"*) ;; *) echo "Add $bin to your PATH to call lacquer by its name." ;; esac
fi
