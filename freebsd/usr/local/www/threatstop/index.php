<?php
/*
 * Firewall > ThreatSTOP. The page is made by the service; this script puts pfSense's menu around it, and passes on what
 * the page asks for. Login, privilege and form token have been checked by guiconfig.inc.
 */
require_once('guiconfig.inc');
require_once('/usr/local/pkg/threatstop.inc');
require_once('/usr/local/pkg/threatstop/web.inc');

$method = $_SERVER['REQUEST_METHOD'] ?? 'GET';
$path = threatstop_asked_path($_GET);
$fragment = ($_SERVER['HTTP_HX_REQUEST'] ?? '') === 'true';

// The form token is checked for POST only, so nothing else may change anything.
if (!in_array($method, ['GET', 'HEAD', 'POST'], true)) {
	header('Allow: GET, HEAD, POST');
	threatstop_send(threatstop_refusal(405, 'Only GET, HEAD and POST are possible here.'));
	exit;
}
if ($path === null) {
	threatstop_send(threatstop_refusal(400, 'There is no such page.'));
	exit;
}
if ($method === 'POST' && threatstop_is_read_only()) {
	threatstop_send(threatstop_refusal(403, 'You may look, but not change anything.'));
	exit;
}

$answer = threatstop_ask_service(
	$method,
	$path,
	threatstop_plain_fields($_GET, 'p'),
	threatstop_plain_fields($_POST, '__csrf_magic'),
	$fragment
);

$is_file = threatstop_is_file($path) || isset($answer['headers']['content-disposition']);
$is_redirect = $answer !== null && isset($answer['headers']['location']);
if ($answer === null && $fragment) {
	// The whole page says what to do.
	$answer = threatstop_refusal(200, 'The service does not answer.');
	$answer['headers']['hx-refresh'] = 'true';
} elseif ($answer === null && $is_file) {
	$answer = threatstop_refusal(400, 'The service does not answer.');
}
if ($answer !== null && ($fragment || $is_file || $is_redirect || $method === 'HEAD')) {
	threatstop_send($answer);
	exit;
}

$pgtitle = [gettext('Firewall'), 'ThreatSTOP'];
$pglinks = ['', '@self'];
if ($answer !== null) {
	http_response_code(threatstop_shown_status($answer['status']));
}
include('head.inc');
if ($answer !== null) {
	echo $answer['body'];
	if (isset($answer['late'])) {
		include('/usr/local/pkg/threatstop/disable-form.inc');
	}
} else {
	include('/usr/local/pkg/threatstop/service-down.inc');
}
include('foot.inc');
