<?php
/*
 * Verbs for the service: php -f /usr/local/pkg/threatstop/command.php VERB, with a JSON object on standard input.
 * Prints one line of JSON: {"ok":true,"result":{…}}, or {"ok":false,"message":"…","remedy":"…"} and exit code 1.
 */

if (PHP_SAPI !== 'cli') {
	return;
}
ob_start();
require_once('functions.inc');
require_once('filter.inc');
require_once('shaper.inc');
require_once('interfaces.inc');
require_once('/usr/local/pkg/threatstop.inc');
require_once('/usr/local/pkg/threatstop/verbs.inc');
require_once('system.inc');
ob_end_clean();

$answer = threatstop_run_verb($argv[1] ?? '', (string)stream_get_contents(STDIN));
echo json_encode($answer, JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE), "\n";
exit($answer['ok'] ? 0 : 1);
