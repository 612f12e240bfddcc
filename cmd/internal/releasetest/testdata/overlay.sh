# usage: unshare --mount bash overlay.sh DIR OLDER.deb NEWER.deb
# Runs debian.sh in a copy of this system: changes go to memory and are listed at the end.
set -euo pipefail
dir=$1
mount -t tmpfs tmpfs "$dir"
mkdir "$dir/upper" "$dir/work" "$dir/root" "$dir/packages"
cp "$2" "$dir/packages/older.deb"
cp "$3" "$dir/packages/newer.deb"
cp debian.sh "$dir/packages"
mount -t overlay overlay -o "lowerdir=/,upperdir=$dir/upper,workdir=$dir/work" "$dir/root"
mount --rbind /proc "$dir/root/proc"
mount --rbind /dev "$dir/root/dev"
mount -t tmpfs tmpfs "$dir/root/tmp"
mount --bind "$dir/packages" "$dir/root/mnt"
env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM=dumb DEBIAN_FRONTEND=noninteractive \
  chroot "$dir/root" bash -euo pipefail /mnt/debian.sh
# Whiteouts and directories are no files; the package managers' own records and man's cache stay.
left=$(cd "$dir/upper" && find . \( -type f -o -type l \) ! -path './var/log/*' ! -path './var/cache/*' ! -path './var/lib/dpkg/*' ! -path './var/lib/apt/*' ! -path './etc/ld.so.cache' | sort)
[ -z "$left" ] || { echo "the removal leaves: $left"; exit 1; }
