<?php
require_once(__DIR__ . '/suite.inc');

$_SESSION = ['Username' => 'bob'];
$fake_users = ['bob' => ['name' => 'bob', 'priv' => []]];
$fake_pages = ['threatstop/index.php', 'threatstop/disable.php'];

/** Up to 2.7 the entry itself, from 2.8 on wrapped; null for a user that only a RADIUS server knows. */
function getUserEntry($name) {
	$user = $GLOBALS['fake_users'][$name] ?? null;
	if ($user === null) {
		return null;
	}
	return fake_is('2.8') ? ['idx' => 0, 'item' => $user] : $user;
}

function userHasPrivilege($user, $privilege) {
	return in_array($privilege, $user['priv'] ?? [], true);
}

function isAllowedPage($page) {
	return in_array($page, $GLOBALS['fake_pages'], true);
}

function isvalidpid($file) {
	return false;
}

run_cases([
	'without the service, the rules are told from pf and config.xml' => function () {
		same(threatstop_rules_sentence(), 'The policy is disabled.');
		threatstop_enable();
		contains(threatstop_rules_sentence(), 'in place');
		$GLOBALS['fake_loaded'] = [];
		contains(threatstop_rules_sentence(), 'not those of the configuration');
	},
	'while the service is down the widget says so in a line, as text' => function () {
		contains(threatstop_widget(), 'The service is not running. The policy is disabled.');
		same(threatstop_widget_line('ban', 'muted', '<b>'), '<p class="content"><i class="fa fa-ban text-muted" aria-hidden="true"></i> &lt;b&gt;</p>');
	},
	'a file is told by the dot in its last part' => function () {
		same(array_map('threatstop_is_file', ['/hits/export.csv', '/assets/page.js', '/', '/hits', null]), [true, true, false, false, false]);
	},
	'a user who may edit is not read-only' => function () {
		same(threatstop_is_read_only(), false);
	},
	'a user who may only view is read-only' => function () {
		$GLOBALS['fake_pages'] = ['threatstop/index.php'];
		same(threatstop_is_read_only(), true);
		$GLOBALS['fake_pages'][] = 'threatstop/disable.php';
	},
	'a user who is barred from config.xml is read-only' => function () {
		$GLOBALS['fake_users']['bob']['priv'] = ['user-config-readonly'];
		same(threatstop_is_read_only(), true);
		$GLOBALS['fake_users']['bob']['priv'] = [];
	},
	'a user without an entry of their own is judged by the pages alone' => function () {
		$_SESSION['Username'] = 'radius';
		same(threatstop_is_read_only(), false);
		$_SESSION['Username'] = 'bob';
	},
	'only paths of the page are passed on' => function () {
		foreach (['/', '/status', '/device/add', '/assets/htmx.min.js', '/protection/enable'] as $path) {
			same(threatstop_asked_path(['p' => $path]), $path);
		}
		same(threatstop_asked_path([]), '/');
		foreach (['', 'status', '//evil', '/../etc', '/a/../b', '/status?x=1', "/status\n", '/Status', '/a b', '/a/b/c/d', ['/'], '/assets/.htaccess'] as $path) {
			same(threatstop_asked_path(['p' => $path]), null, json_encode($path));
		}
	},
	'the form token and nested fields stay behind' => function () {
		$form = ['__csrf_magic' => 'sid:x', 'device_id' => 'tdid_1', 'deep' => ['x' => 'y']];
		same(threatstop_plain_fields($form, '__csrf_magic'), ['device_id' => 'tdid_1']);
	},
	'a user name cannot end its header' => function () {
		$_SESSION['Username'] = "bob\r\nX-TS-Read-Only: 0";
		same(in_array('X-TS-User: bob?X-TS-Read-Only: 0', threatstop_request_headers(false), true), true);
		$_SESSION['Username'] = 'bob';
	},
	'the service is told who asks, from where, and whether they may act' => function () {
		$_SERVER['REMOTE_ADDR'] = '192.0.2.7';
		$GLOBALS['fake_users']['bob']['priv'] = ['user-config-readonly'];
		same(array_slice(threatstop_request_headers(true), 0, 6), [
			'X-TS-User: bob', 'X-TS-Address: 192.0.2.7', 'X-TS-Base: /threatstop/index.php?p=', 'Expect:',
			'X-TS-Read-Only: 1', 'HX-Request: true'
		]);
		$GLOBALS['fake_users']['bob']['priv'] = [];
	},
	'no status leaves whose body the web server would replace' => function () {
		same(array_map('threatstop_shown_status', [200, 204, 303, 304, 403, 404, 409, 500, 503]), [200, 204, 303, 304, 403, 400, 409, 400, 400]);
	},
	'trackers are read in the forms of 2.5 and of 2.6 and later' => function () {
		same(threatstop_trackers_in([
			'block drop in quick on em0 from <ThreatSTOP_block> to any label "id:7" ridentifier 1770000101',
			'@71(1770000102) block drop in log quick on em0 inet from <ThreatSTOP_block:3> to any',
			'pass in all tracker 1600000000 label "ridentifier 5x"',
			'  [ Evaluations: 9         Packets: 0 ]'
		]), [1770000101, 1770000102, 1600000000]);
	}
]);
