<?php
/* A box from the default config.xml of a pfSense: fixed address on WAN, page without TLS, three users beside admin. */
$xml = simplexml_load_file($argv[1]);
$xml->version = '21.7';
$xml->system->webgui->protocol = 'http';
$wan = $xml->interfaces->wan;
foreach (['ipaddr' => '203.0.113.2', 'subnet' => '24', 'gateway' => 'WANGW', 'if' => 'em0', 'enable' => ''] as $name => $value) {
	$wan->$name = $value;
}
$xml->interfaces->lan->if = 'em1';
foreach (['wan', 'lan'] as $name) {
	foreach (['blockpriv', 'ipaddrv6', 'subnetv6', 'track6-interface', 'track6-prefix-id', 'dhcp6-duid', 'dhcp6-ia-pd-len', 'gatewayv6'] as $tag) {
		unset($xml->interfaces->$name->$tag);
	}
}
foreach (['dhcpdv6', 'shaper', 'ipsec', 'aliases', 'proxyarp', 'wol', 'openvpn', 'dnshaper', 'vlans', 'qinqs', 'staticroutes', 'gateways'] as $tag) {
	unset($xml->$tag);
}
$gateways = $xml->addChild('gateways');
$gateway = $gateways->addChild('gateway_item');
foreach (['interface' => 'wan', 'gateway' => '203.0.113.1', 'name' => 'WANGW', 'weight' => '1', 'ipprotocol' => 'inet', 'monitor_disable' => ''] as $name => $value) {
	$gateway->addChild($name, $value);
}
$gateways->addChild('defaultgw4', 'WANGW');
// The password of everybody is "pfsense".
$users = [
	'viewer' => ['page-dashboard-all', 'page-firewall-threatstop-view'],
	'editor' => ['page-dashboard-all', 'page-firewall-threatstop'],
	'barred' => ['page-dashboard-all', 'page-firewall-threatstop', 'user-config-readonly'],
	'nobody1' => ['page-dashboard-all']
];
$uid = 2000;
foreach ($users as $name => $privileges) {
	$user = $xml->system->addChild('user');
	$user->addChild('scope', 'user');
	$user->addChild('name', $name);
	$user->addChild('uid', (string)$uid++);
	$user->addChild('bcrypt-hash', password_hash('pfsense', PASSWORD_BCRYPT));
	foreach ($privileges as $privilege) {
		$user->addChild('priv', $privilege);
	}
}
$xml->system->nextuid = (string)$uid;
echo $xml->asXML();
