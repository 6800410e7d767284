<?php
/* Brings config.xml up to date with the release, and loads the ruleset, as the boot does. */
foreach (['config', 'functions', 'filter', 'shaper', 'interfaces'] as $file) {
	require_once("{$file}.inc");
}
convert_config();
if (function_exists('config_read_file')) {
	config_read_file(true);
}
if (filter_configure_sync(false) !== 0) {
	echo "the ruleset does not load\n";
	exit(1);
}
