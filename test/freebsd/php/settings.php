<?php
require_once(__DIR__ . '/suite.inc');

/** The descriptions, types and ends of our rules on disk. */
function our_rules(): array {
	return array_values(array_filter(fake_disk()['filter']['rule'] ?? [], 'threatstop_is_our_rule'));
}

run_cases([
	'there are no settings on a device that is not set up' => function () {
		same(threatstop_settings(), null);
	},
	'settings come back as they were written, whatever letters they have' => function () {
		$settings = [
			'device_id' => 'tdid_1', 'nickname' => 'a & <b> "c" \'d\'', 'portal_ca' => '/é/ü', 'tsprefix' => ' blank ',
			'allow_list' => '', 'validip_url' => 'base64:x', 'auto_key' => 'c2VjcmV0'
		];
		threatstop_write_settings($settings);
		threatstop_config_reload();
		same(threatstop_settings(), $settings);
		foreach (fake_disk()['installedpackages']['threatstop']['config'][0] as $stored) {
			same(preg_match('/^[\x20-\x7e]*$/', $stored), 1, $stored);
		}
	},
	'secrets are under tags that the support file of pfSense redacts' => function () {
		threatstop_write_settings(['auto_key' => 'k', 'log_proxy' => 'http://u:p@h:1']);
		same(array_keys(fake_disk()['installedpackages']['threatstop']['config'][0]), ['secret', 'proxypass']);
	},
	'a name that pfSense would read as a list is refused' => function () {
		contains(failure_of(function () {
			threatstop_write_settings(['key' => 'x']);
		})->getMessage(), 'setting key');
		same(fake_disk(), usual_config());
	},
	'settings that are the same are not written again' => function () {
		threatstop_write_settings(['device_id' => 'x']);
		threatstop_write_settings(['device_id' => 'x']);
		same(count($GLOBALS['fake_written']), 1);
	},
	'a value that is only equal as a number is another one' => function () {
		threatstop_write_settings(['device_id' => '0123', 'auto_key' => '1e3']);
		threatstop_write_settings(['device_id' => '123', 'auto_key' => '1000']);
		same(threatstop_settings(), ['device_id' => '123', 'auto_key' => '1000']);
		same(count($GLOBALS['fake_written']), 2);
	},
	'settings make the tables known to pfSense, and no rules' => function () {
		threatstop_write_settings(['device_id' => 'x']);
		same(threatstop_state(), ['trackers' => [], 'aliases' => true, 'enabled' => false, 'registered' => false]);
		same($GLOBALS['fake_loads'], 0);
	},
	'enabling and disabling are remembered in the same write' => function () {
		threatstop_write_settings(['device_id' => 'x', 'enabled' => 'no']);
		threatstop_enable();
		same(threatstop_setting('enabled', ''), 'yes');
		threatstop_disable();
		same(threatstop_setting('enabled', ''), 'no');
		same(count($GLOBALS['fake_written']), 3);
	},
	'rules that are in follow the settings' => function () {
		threatstop_enable();
		threatstop_write_settings(['rule_action' => 'reject', 'rule_log' => 'off', 'rule_interfaces' => 'lan']);
		$rules = our_rules();
		same(count($rules), 1);
		same([$rules[0]['type'], $rules[0]['interface'], isset($rules[0]['log'])], ['reject', 'lan', false]);
	},
	'what the portal decides counts more than what config.xml holds' => function () {
		threatstop_write_settings(['allow_action' => 'exempt', 'rule_interfaces' => 'wan']);
		$pass = '{"rule_settings":{"allow_action":"pass"}}';
		same(threatstop_run_verb('enable', $pass)['ok'], true);
		same(array_column(our_rules(), 'type'), ['pass', 'block']);
		$written = count($GLOBALS['fake_written']);
		threatstop_run_verb('enable', $pass);
		same(count($GLOBALS['fake_written']), $written);
		threatstop_run_verb('enable', '{"rule_settings":{"allow_action":["x"]}}');
		same(array_column(our_rules(), 'type'), ['block']);
		same(threatstop_setting('allow_action', ''), 'exempt');
	},
	'the allow list is passed where the setting says so, before it is blocked' => function () {
		threatstop_write_settings(['allow_action' => 'pass', 'rule_interfaces' => 'wan']);
		threatstop_enable();
		same(array_column(our_rules(), 'type'), ['pass', 'block']);
		same(our_rules()[0]['source'], ['address' => 'ThreatSTOP_allow']);
	},
	'floating rules are one for each side' => function () {
		threatstop_write_settings(['rule_floating' => 'True']);
		threatstop_enable();
		same(array_column(our_rules(), 'interface'), ['wan,opt1', 'lan']);
		same(array_column(our_rules(), 'quick'), ['yes', 'yes']);
	},
	'both directions are checked where the setting says so' => function () {
		threatstop_write_settings(['rule_direction' => 'both', 'rule_interfaces' => 'lan']);
		threatstop_enable();
		same(count(our_rules()), 2);
	},
	'an interface that does not exist is refused by name' => function () {
		threatstop_write_settings(['rule_interfaces' => 'opt7']);
		contains(failure_of('threatstop_enable')->getMessage(), 'no enabled interface opt7');
		same(threatstop_loaded_trackers(), []);
	},
	'the number of table entries is set, put into force and never lowered' => function () {
		same(threatstop_table_limit(), ['configured' => null]);
		same(threatstop_set_table_limit(600000), ['changed' => true]);
		same(fake_disk()['system']['maximumtableentries'], '600000');
		same(threatstop_set_table_limit(400000), ['changed' => false]);
		same(count($GLOBALS['fake_written']), 1);
	},
	'a number of table entries that does not come into force is taken back' => function () {
		$GLOBALS['fake_load_error'] = 'Cannot allocate memory';
		contains(failure_of(function () {
			threatstop_set_table_limit(600000);
		})->getMessage(), 'Cannot allocate memory');
		same(fake_disk(), usual_config());
		failure_of(function () {
			threatstop_set_table_limit('600000');
		});
	},
	'a verb answers in JSON, also when it fails' => function () {
		same(threatstop_run_verb('read-settings', ''), ['ok' => true, 'result' => ['settings' => null]]);
		same(threatstop_run_verb('nonsense', '{}')['ok'], false);
		same(threatstop_run_verb('enable', 'no json')['ok'], false);
		$GLOBALS['fake_load_error'] = 'line 7';
		contains(threatstop_run_verb('enable', '{}')['message'], 'line 7');
		$GLOBALS['fake_during_load'] = function () {
			echo 'pfSense prints something';
			throw new TypeError('count(null)');
		};
		ob_start();
		$answer = threatstop_run_verb('enable', '{}');
		same(ob_get_clean(), '');
		contains($answer['message'], 'pfSense failed: count(null)');
	}
]);
