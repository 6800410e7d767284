<?php
/* Sets Firewall Maximum Table Entries, and loads the ruleset. */
foreach (['config', 'functions', 'filter', 'shaper', 'interfaces'] as $file) {
	require_once("{$file}.inc");
}
if (function_exists('config_set_path')) {
	config_set_path('system/maximumtableentries', $argv[1]);
} else {
	$config['system']['maximumtableentries'] = $argv[1];
}
write_config('Changed Advanced Firewall/NAT settings.');
exit(filter_configure_sync(false) === 0 ? 0 : 1);
