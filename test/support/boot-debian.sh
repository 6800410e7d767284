#!/bin/sh
# boot-debian.sh ROOT [bare]: boots the systemd of a Debian root, in namespaces made by the caller (unshare). Nothing is seen
# from outside, and all of it goes with the last process. A bare one has a first process that does nothing.
set -e
root=$1
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
mkdir "$root/sys/fs/cgroup/unified" "$root/sys/fs/cgroup/systemd"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup/unified"
mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 kmsg:1:11 tty:5:0; do
  IFS=: read -r name major minor <<END
$device
END
  mknod -m 666 "$root/dev/$name" c "$major" "$minor"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
ip link set lo up
if [ "$2" = bare ]; then
  # Ends of processes that nobody waits for are not kept.
  exec env --ignore-signal=CHLD chroot "$root" sleep infinity
fi
container=lxc exec chroot "$root" /lib/systemd/systemd --log-target=journal --show-status=0
