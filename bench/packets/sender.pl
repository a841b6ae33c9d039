# Sends SYNs, or datagrams, in bursts and reports what a packet cost. Node has no raw sockets; perl-base is on every Debian, and
# sendmmsg(2) sends a burst in one call, so that perl's own speed does not count. One process holds a socket on
# every track: it goes from one to the other within microseconds, before the machine's speed has changed.
#
# Commands on stdin, an answer line on stdout for each:
#   track NAME NAMESPACE INTERFACE
#   traffic NAME FAMILY KIND FROM-HARDWARE TO-HARDWARE FROM TO SEED PORT…     FROM `random`: a source for each packet (IPv4); KIND `syn` or `token`
#   pairs COUNT TRACK TRAFFIC PACKETS TRACK TRAFFIC PACKETS              answers ns per packet, first and second in turn
use strict;
use warnings;
use Socket qw(AF_INET6 inet_aton inet_pton);

my ($machine) = @ARGV;
my $calls = {
    x64   => { sendmmsg => 307, setns => 308, clock_gettime => 228 },
    arm64 => { sendmmsg => 269, setns => 268, clock_gettime => 113 },
}->{$machine} or die "no system call numbers for $machine\n";

use constant { AF_PACKET => 17, SOL_PACKET => 263, PACKET_QDISC_BYPASS => 20, SIOCGIFINDEX => 0x8933 };
use constant { POOL => 16_000, MESSAGE_BYTES => 64, MOST_MESSAGES => 1000 };

my (%tracks, %traffics, @buffers);
my %commands = (track => \&add_track, traffic => \&add_traffic, pairs => \&send_pairs);
$| = 1;
while (my $line = <STDIN>) {
    my ($command, @words) = split ' ', $line;
    print $commands{$command}->(@words), "\n";
}

sub add_track {
    my ($name, $namespace, $interface) = @_;
    open my $handle, '<', $namespace or die "$namespace: $!\n";
    syscall($calls->{setns}, fileno $handle, 0) == 0 or die "setns: $!\n";
    socket my $socket, AF_PACKET, 3, 0 or die "socket: $!\n";
    my $request = pack 'a16 x24', $interface;
    ioctl $socket, SIOCGIFINDEX, $request or die "$interface: $!\n";
    bind $socket, pack 'S n i S C C a8', AF_PACKET, 0, unpack('x16 i', $request), 0, 0, 6, '' or die "bind: $!\n";
    setsockopt $socket, SOL_PACKET, PACKET_QDISC_BYPASS, pack 'i', 1 or die "setsockopt: $!\n";
    $tracks{$name} = $socket;
    return 'ok';
}

sub add_traffic {
    my ($name, $family, $kind, $from_hardware, $to_hardware, $from, $to, $seed, @ports) = @_;
    srand $seed;
    my $ethernet = pack('H12 H12', map { tr/://dr } $to_hardware, $from_hardware);
    my $messages = '';
    for my $index (0 .. POOL - 1) {
        my $port   = $ports[ $index % @ports ];
        my $source = $from eq 'random' ? join '.', 10, map { int rand 256 } 1 .. 3 : $from;
        my $frame  = $ethernet . packet($family, $kind, $source, $to, $port eq 'random' ? int rand 65536 : $port);
        my $vector = pack 'P Q', $frame, length $frame;
        $messages .= pack 'x16 P Q x32', $vector, 1;
        # pack P keeps a pointer only.
        push @buffers, \$frame, \$vector;
    }
    $traffics{$name} = { messages => $messages, next => {}, ports => scalar @ports };
    return 'ok';
}

sub packet {
    my ($family, $kind, $from, $to, $port) = @_;
    my ($protocol, $checksum_at, $segment) = $kind eq 'syn' ? syn($port) : token($port);
    my ($source, $target) = map { $family == 4 ? inet_aton($_) : inet_pton(AF_INET6, $_) } $from, $to;
    my $summed = $source . $target . pack('n n', $protocol, length $segment) . $segment;
    substr($segment, $checksum_at, 2) = pack 'n', checksum($summed);
    if ($family == 6) {
        return pack('n N n C C', 0x86dd, 6 << 28, length $segment, $protocol, 64) . $source . $target . $segment;
    }
    my $ip = pack('n n n n C C n', 0x4500, 20 + length $segment, 0, 0, 64, $protocol, 0) . $source . $target;
    substr($ip, 10, 2) = pack 'n', checksum($ip);
    return pack('n', 0x0800) . $ip . $segment;
}

sub syn {
    my ($port) = @_;
    return (6, 16, pack 'n n N N n n n n', 1024 + int rand 64511, $port, int rand 2**32, 0, 0x5002, 64240, 0, 0);
}

# As long as what carries a token, and random.
sub token {
    my ($port) = @_;
    my @payload = map { int rand 2**32 } 1 .. 4;
    return (17, 6, pack 'n n n n N4', 1024 + int rand 64511, $port, 24, 0, @payload);
}

sub checksum {
    my ($bytes) = @_;
    my $sum = 0;
    $sum += $_ for unpack 'n*', $bytes;
    $sum = ($sum & 0xffff) + ($sum >> 16) while $sum >> 16;
    return ~$sum & 0xffff;
}

# Who is first changes from pair to pair: the second finds a warmer machine.
sub send_pairs {
    my ($count, @words) = @_;
    my @pair = ([ @words[ 0 .. 2 ] ], [ @words[ 3 .. 5 ] ]);
    my @costs;
    for my $turn (0 .. $count - 1) {
        my %cost = map { $_ => send_burst(@{ $pair[$_] }) } $turn % 2 ? (1, 0) : (0, 1);
        push @costs, $cost{0}, $cost{1};
    }
    return join ' ', map { sprintf '%.1f', $_ } @costs;
}

sub send_burst {
    my ($track, $name, $packets) = @_;
    my $socket  = $tracks{$track};
    my $traffic = $traffics{$name};
    my @parts;
    for (my $left = $packets ; $left > 0 ; $left -= MOST_MESSAGES) {
        push @parts, next_messages($traffic, $track, $left < MOST_MESSAGES ? $left : MOST_MESSAGES);
    }
    my $started = now();
    for my $part (@parts) {
        my $wanted = length($part) / MESSAGE_BYTES;
        my $sent   = syscall $calls->{sendmmsg}, fileno $socket, $part, $wanted, 0;
        die "sent $sent of $wanted packets: $!\n" if $sent != $wanted;
    }
    return (now() - $started) / $packets;
}

# A burst goes on where the last one on its track ended, with ports in turn at the one that is next.
sub next_messages {
    my ($traffic, $track, $count) = @_;
    my $from = $traffic->{next}{$track} // 0;
    $from %= $traffic->{ports} if $from + $count > POOL;
    $traffic->{next}{$track} = $from + $count;
    return substr $traffic->{messages}, $from * MESSAGE_BYTES, $count * MESSAGE_BYTES;
}

sub now {
    my $time = "\0" x 16;
    syscall $calls->{clock_gettime}, 1, $time;
    my ($seconds, $nanoseconds) = unpack 'q q', $time;
    return $seconds * 1e9 + $nanoseconds;
}
