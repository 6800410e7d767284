<?php
/* Has pfSense synchronize all it can to a peer, and prints what the peer would get. */
require_once('/lab/all.inc');

/** Stands in for PEAR's client. */
class XML_RPC2_Client {
	public static function create(): self {
		return new self();
	}

	public function __call(string $method, array $arguments) {
		global $sent;

		$sent .= $method . ' ' . json_encode($arguments, JSON_PARTIAL_OUTPUT_ON_ERROR) . "\n";
		return $method === 'host_firmware_version' ? ['config_version' => threatstop_config_get('version')] : true;
	}
}

$sent = '';
$pair = ['synchronizetoip' => '192.0.2.9', 'username' => 'admin', 'password' => 'x'];
foreach (['rules', 'nat', 'aliases', 'schedules', 'certs', 'wol', 'virtualip', 'dnsforwarder'] as $part) {
	$pair["synchronize{$part}"] = 'on';
}
lab_set(['hasync' => $pair]);
ob_start();
include('/etc/rc.filter_synchronize');
ob_end_clean();
echo $sent;
// pfSense makes empty sections on the way.
threatstop_config_reload();
lab_set(['hasync' => null]);
