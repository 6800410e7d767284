<?php
require_once(__DIR__ . '/suite.inc');

/** Ids and texts of the notices, in order. */
function shown(): array {
	return array_map(function ($notice) {
		return [$notice['id'], $notice['notice']];
	}, array_values(get_notices() ?: []));
}

run_cases([
	'a notice is shown with its text, its place and as an error' => function () {
		same(threatstop_show_notice('table-too-small', 'pf is limited to 5')['changed'], true);
		$notice = array_values(get_notices())[0];
		same([$notice['id'], $notice['notice']], ['ThreatSTOP: table-too-small', 'pf is limited to 5']);
		same([$notice['category'], $notice['url'], $notice['priority']], ['ThreatSTOP', '/threatstop/index.php', '2']);
	},
	'a code is shown once, whatever the text' => function () {
		threatstop_show_notice('table-too-small', 'limited to 5');
		same(threatstop_show_notice('table-too-small', 'limited to 6')['changed'], false);
		same(shown(), [['ThreatSTOP: table-too-small', 'limited to 5']]);
	},
	'withdrawing takes that one only, and leaves those of others' => function () {
		file_notice('filter_load', 'There were error(s) loading the rules');
		threatstop_show_notice('a', 'one');
		threatstop_show_notice('b', 'two');
		same(threatstop_withdraw_notice('a')['changed'], true);
		same(array_column(shown(), 0), ['filter_load', 'ThreatSTOP: b']);
	},
	'withdrawing what is not there is fine' => function () {
		same(threatstop_withdraw_notice('a')['changed'], false);
	},
	'a notice that somebody cleared is shown again when it is asked for again' => function () {
		threatstop_show_notice('a', 'one');
		close_notice('all');
		same(threatstop_show_notice('a', 'one')['changed'], true);
	},
	'the text is one line of readable length' => function () {
		threatstop_show_notice('a', "one\ntwo\x1b" . str_repeat('x', 2000));
		same(strpos(shown()[0][1], "one two x"), 0);
		same(strlen(shown()[0][1]) <= 600, true);
	},
	'markup is shown, not run' => function () {
		threatstop_show_notice('a', '<script>alert(1)</script>');
		contains(shown()[0][1], '&lt;script&gt;');
	},
	'what is no code, or has no text, is refused' => function () {
		foreach (['', 'A', "a\nb", '<b>', null, 7, str_repeat('a', 65)] as $code) {
			failure_of(function () use ($code) {
				threatstop_show_notice($code, 'text');
			});
		}
		foreach (['', ' ', null, 7] as $text) {
			failure_of(function () use ($text) {
				threatstop_show_notice('a', $text);
			});
		}
		same(shown(), []);
	},
	'a full disk is said' => function () {
		$GLOBALS['fake_notice_disk_full'] = true;
		contains(failure_of(function () {
			threatstop_show_notice('a', 'text');
		})->getMessage(), 'could not keep the notice');
	},
	'the service can ask for both' => function () {
		same(threatstop_run_verb('show-notice', '{"code":"a","text":"one"}'), ['ok' => true, 'result' => ['changed' => true]]);
		same(threatstop_run_verb('withdraw-notice', '{"code":"a"}'), ['ok' => true, 'result' => ['changed' => true]]);
		same(threatstop_run_verb('show-notice', '{}')['ok'], false);
	}
]);
