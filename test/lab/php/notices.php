<?php
/* Shows the notices of the bell. */
foreach (['config', 'functions', 'notices'] as $file) {
	require_once("{$file}.inc");
}
$notices = get_notices();
foreach (is_array($notices) ? $notices : [] as $notice) {
	echo "{$notice['id']}: {$notice['notice']}\n";
}
