#!/usr/bin/perl
# tagged-frames.pl send INTERFACE SOURCE DESTINATION...  sends an UDP datagram inside VLAN 7 to each address
# tagged-frames.pl receive INTERFACE                     prints the destination of each that arrives
# Kernels without 8021q can make no interface that does.
use strict;
use warnings;
my ($what, $interface, $source, @destinations) = @ARGV;
my ($AF_PACKET, $SOCK_RAW, $ETH_P_ALL) = (17, 3, 0x0300);
$| = 1;
open(my $file, '<', "/sys/class/net/$interface/ifindex") or die "$interface: $!";
chomp(my $index = <$file>);
socket(my $socket, $AF_PACKET, $SOCK_RAW, $ETH_P_ALL) or die $!;
bind($socket, pack('SnlSCCx8', $AF_PACKET, 3, $index, 0, 0, 0)) or die $!;
if ($what eq 'send') {
  for my $destination (@destinations) {
    my $text = "VLAN to $destination;";
    my $udp = pack('nnnn', 1000, 2000, 8 + length $text, 0) . $text;
    my @addresses = map { pack('C4', split /\./) } $source, $destination;
    my $head = sub { pack('CCnnnCCna4a4', 0x45, 0, 20 + length $udp, 1, 0, 64, 17, $_[0], @addresses) };
    my $sum = 0;
    $sum += $_ for unpack('n*', $head->(0));
    $sum = ($sum & 0xffff) + ($sum >> 16) for 1 .. 2;
    my $frame = pack('H12H12nnn', '020000000001', '020000000002', 0x8100, 7, 0x0800) . $head->(~$sum & 0xffff) . $udp;
    send($socket, $frame, 0) or die $!;
  }
} else {
  print "ready\n";
  my $frame;
  while (defined recv($socket, $frame, 2000, 0)) {
    print "$1\n" if $frame =~ /VLAN to ([0-9.]+);/;
  }
}
