<?php
/* What of config.xml is the user's where the package has its hands: rules, bars and aliases without ours, as JSON. */
require_once('config.inc');
$theirs = function (string $section, string $list) {
	global $config;
	$entries = is_array($config[$section] ?? null) ? ($config[$section][$list] ?? []) : [];
	return array_values(array_filter(is_array($entries) ? $entries : [], function ($entry) {
		return strncmp($entry['tracker'] ?? '', '17700001', 8) !== 0 && strncmp($entry['name'] ?? '', 'ThreatSTOP_', 11) !== 0;
	}));
};
echo json_encode(['rules' => $theirs('filter', 'rule'), 'aliases' => $theirs('aliases', 'alias')]);
