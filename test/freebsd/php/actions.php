<?php
require_once(__DIR__ . '/suite.inc');

const OURS = ['1770000101', '1770000102', '1770000103'];
const USERS = ['1500000001', '1500000002', '1500000003'];

run_cases([
	'enabling puts our rules on top of the user’s, which stay in their order' => function () {
		$done = threatstop_enable();
		same($done['changed'], true);
		same(disk_trackers(), array_merge(OURS, USERS));
		same(array_slice(fake_disk()['filter']['rule'], 3), usual_config()['filter']['rule']);
	},
	'enabling writes config.xml once and loads the ruleset once' => function () {
		threatstop_enable();
		same($GLOBALS['fake_written'], ['ThreatSTOP: enabled']);
		same($GLOBALS['fake_loads'], 1);
	},
	'enabling twice is enabling once' => function () {
		threatstop_enable();
		$disk = fake_disk();
		threatstop_enable();
		same(fake_disk(), $disk);
		same([count($GLOBALS['fake_written']), $GLOBALS['fake_loads']], [1, 1]);
	},
	'an interface with a gateway is checked for what comes in, the others for where it goes' => function () {
		threatstop_enable();
		[$wan, $lan, $opt1] = fake_disk()['filter']['rule'];
		same([$wan['descr'], $lan['descr'], $opt1['descr']], ['ThreatSTOP_incoming_wan', 'ThreatSTOP_incoming_lan', 'ThreatSTOP_incoming_opt1']);
		same([$wan['source'], $wan['destination']], [['address' => 'ThreatSTOP_block'], ['any' => '']]);
		same([$lan['source'], $lan['destination']], [['any' => ''], ['address' => 'ThreatSTOP_block']]);
		same($opt1['source'], ['address' => 'ThreatSTOP_block']);
		same([$wan['type'], $wan['ipprotocol'], $wan['log'], $wan['nosync']], ['block', 'inet46', '', '']);
	},
	'the files of the tables are there before an alias names them' => function () {
		$GLOBALS['fake_during_load'] = function () {
			same(file_get_contents(threatstop_table_file('ThreatSTOP_allow')), "# no entries\n");
			same(filesize(threatstop_table_file('ThreatSTOP_block')) > 0, true);
		};
		threatstop_enable();
		same(array_column(fake_disk()['aliases']['alias'], 'name'), ['Mine', 'ThreatSTOP_block', 'ThreatSTOP_allow']);
	},
	'a table file with entries is left alone' => function () {
		@mkdir(THREATSTOP_TABLES_FOLDER);
		file_put_contents(threatstop_table_file('ThreatSTOP_block'), "192.0.2.1\n");
		threatstop_enable();
		same(file_get_contents(threatstop_table_file('ThreatSTOP_block')), "192.0.2.1\n");
	},
	'bars stay before the rule they stood before' => function () {
		threatstop_enable();
		same(fake_disk()['filter']['separator']['lan']['sep0']['row'], ['fr2']);
		threatstop_disable();
		same(fake_disk()['filter']['separator'], usual_config()['filter']['separator']);
	},
	'disabling leaves exactly the user’s rules, and the aliases' => function () {
		threatstop_enable();
		threatstop_disable();
		same(fake_disk()['filter'], usual_config()['filter']);
		same(count(fake_disk()['aliases']['alias']), 3);
		same($GLOBALS['fake_written'], ['ThreatSTOP: enabled', 'ThreatSTOP: disabled']);
	},
	'removing leaves nothing of ours' => function () {
		threatstop_write_settings(['device_id' => 'x']);
		threatstop_enable();
		threatstop_remove();
		same(fake_disk(), usual_config());
	},
	'a list without rules, and one that is null or text, gets our rules and loses them' => function () {
		foreach ([['filter' => ['rule' => null]], ['filter' => ['rule' => '']], ['filter' => ''], []] as $start) {
			fake_boot($start);
			threatstop_enable();
			same(disk_trackers(), OURS);
			threatstop_disable();
			same(threatstop_config_list('filter/rule'), []);
		}
	},
	'2,000 rules stay as they are' => function () {
		$rules = [];
		for ($n = 0; $n < 2000; $n++) {
			$rules[] = user_rule((string)(1500000000 + $n), $n % 3 === 0 ? 'wan' : 'lan');
		}
		fake_boot(['filter' => ['rule' => $rules]]);
		threatstop_enable();
		threatstop_disable();
		same(fake_disk()['filter']['rule'], $rules);
	},
	'rules that the user put above ours stay above' => function () {
		threatstop_enable();
		$moved = fake_disk();
		array_unshift($moved['filter']['rule'], user_rule('1500000009', 'wan'));
		fake_boot($moved);
		threatstop_enable();
		same(fake_disk(), $moved);
		threatstop_disable();
		same(disk_trackers(), array_merge(['1500000009'], USERS));
	},
	'a rule of the user with our name is not ours' => function () {
		$start = usual_config();
		$start['filter']['rule'][0]['descr'] = 'ThreatSTOP_incoming_wan';
		fake_boot($start);
		threatstop_enable();
		threatstop_disable();
		same(fake_disk()['filter'], $start['filter']);
	},
	'an alias of our name that we have not made is refused, and nothing changes' => function () {
		$start = usual_config();
		$start['aliases']['alias'][0]['name'] = 'ThreatSTOP_block';
		fake_boot($start);
		contains(failure_of('threatstop_enable')->getMessage(), 'ThreatSTOP has not made');
		same(fake_disk(), $start);
		same($GLOBALS['fake_written'], []);
	},
	'a ruleset that does not load leaves config.xml and pf as they were, and the reason is told' => function () {
		$GLOBALS['fake_load_error'] = 'rules.debug:7: macro Nowhere not defined';
		contains(failure_of('threatstop_enable')->getMessage(), 'macro Nowhere not defined');
		same(fake_disk(), usual_config());
		same($GLOBALS['fake_written'], []);
		same(threatstop_loaded_trackers(), []);
	},
	'a rule that pfSense skips without an error is a failure' => function () {
		$GLOBALS['fake_during_load'] = function () {
			$GLOBALS['config']['filter']['rule'][1]['disabled'] = '';
		};
		contains(failure_of('threatstop_enable')->getMessage(), 'lack those with tracker 1770000102');
		same(fake_disk(), usual_config());
		same(threatstop_loaded_trackers(), []);
	},
	'a rule of ours that somebody changed or deleted is told, and enabling puts it right' => function () {
		fake_boot(usual_config() + ['installedpackages' => ['threatstop' => ['config' => [['device_id' => 'x']]]]]);
		threatstop_enable();
		same(threatstop_rules_as_wanted([]), true);
		same(threatstop_rules_as_wanted(['allow_action' => 'pass']), false);
		foreach ([['type', 'pass'], ['interface', 'lan'], ['protocol', 'tcp'], [null, null]] as [$key, $value]) {
			$edited = fake_disk();
			if ($key === null) {
				array_splice($edited['filter']['rule'], 1, 1);
			} else {
				$edited['filter']['rule'][0][$key] = $value;
			}
			fake_boot($edited);
			same(threatstop_rules_as_wanted([]), false);
			threatstop_enable();
			same(threatstop_rules_as_wanted([]), true);
		}
		threatstop_config_set(THREATSTOP_SETTINGS . '/rule_interfaces', 'opt7');
		same(threatstop_rules_as_wanted([]), null);
	},
	'disabling takes our rules out of pf though the ruleset does not load' => function () {
		threatstop_enable();
		$GLOBALS['fake_load_error'] = 'somebody else’s alias is missing';
		contains(threatstop_disable()['note'], 'alias is missing');
		same(threatstop_loaded_trackers(), []);
		same(disk_trackers(), USERS);
		same(strpos(file_get_contents(THREATSTOP_LAST_RULESET), '17700001'), false);
	},
	'config.xml that cannot be written leaves pf as it was' => function () {
		foreach ([[-1, 'could not be saved'], [false, 'may not change']] as [$answer, $reason]) {
			$GLOBALS['fake_write_answer'] = $answer;
			contains(failure_of('threatstop_enable')->getMessage(), $reason);
			same(threatstop_loaded_trackers(), []);
			same(fake_disk(), usual_config());
		}
	},
	'what another administrator saves meanwhile is kept' => function () {
		$GLOBALS['fake_during_load'] = function () {
			$theirs = usual_config();
			$theirs['filter']['rule'][] = user_rule('1500000009', 'lan');
			file_put_contents(fake_config_file(), json_encode($theirs));
		};
		threatstop_enable();
		same(disk_trackers(), array_merge(OURS, USERS, ['1500000009']));
	},
	'a fault of pfSense does not keep the rules from going' => function () {
		threatstop_enable();
		$GLOBALS['fake_during_load'] = function () {
			throw new TypeError('count(null)');
		};
		contains(threatstop_disable()['note'], 'count(null)');
		same(threatstop_loaded_trackers(), []);
		same(disk_trackers(), USERS);
	},
	'a fault of pfSense is rolled back too' => function () {
		$GLOBALS['fake_during_load'] = function () {
			throw new TypeError('count(null)');
		};
		try {
			threatstop_enable();
			throw new Exception('nothing failed');
		} catch (TypeError $fault) {
			same(fake_disk(), usual_config());
			same($GLOBALS['config']['filter'], usual_config()['filter']);
		}
	},
	'rules that somebody flushed from pf are loaded again, without writing' => function () {
		threatstop_enable();
		$GLOBALS['fake_loaded'] = [];
		threatstop_enable();
		same(threatstop_loaded_trackers(), array_map('intval', OURS));
		same(count($GLOBALS['fake_written']), 1);
	},
	'aliases that a rule of the user needs are not removed' => function () {
		threatstop_enable();
		$used = fake_disk();
		$used['filter']['rule'][4]['destination'] = ['address' => 'ThreatSTOP_allow'];
		fake_boot($used);
		contains(failure_of('threatstop_remove')->getMessage(), 'the rule "rule 1500000002"');
		same(fake_disk(), $used);
		$routed = usual_config() + ['staticroutes' => ['route' => [['network' => 'ThreatSTOP_block', 'descr' => 'away']]]];
		fake_boot($routed);
		threatstop_enable();
		contains(failure_of('threatstop_remove')->getMessage(), 'the static route "away"');
	},
	'when the package goes, rules and aliases go and the settings stay' => function () {
		threatstop_write_settings(['device_id' => 'x']);
		threatstop_enable();
		threatstop_show_notice('not-enforced', 'x');
		file_notice('Other', 'stays');
		threatstop_deinstall();
		same(array_column(get_notices(), 'id'), ['Other']);
		$left = fake_disk();
		same($left['filter'], usual_config()['filter']);
		same($left['aliases'], usual_config()['aliases']);
		same($left['installedpackages']['threatstop']['config'][0]['device_id'], 'x');
	},
	'an upgrade of the package takes nothing out' => function () {
		threatstop_enable();
		$disk = fake_disk();
		putenv('PKG_UPGRADE=true');
		threatstop_deinstall();
		putenv('PKG_UPGRADE');
		same(fake_disk(), $disk);
	},
	'where /var is in memory, the files of the tables are to be kept for the next boot' => function () {
		same(threatstop_prepare_tables(), ['changed' => true, 'ram_disk' => false]);
		fake_boot(fake_disk() + ['system' => ['use_mfs_tmpvar' => '']]);
		same(threatstop_prepare_tables(), ['changed' => false, 'ram_disk' => true]);
	},
	'after a restore, the files that the aliases name are made before they are missed' => function () {
		threatstop_enable();
		array_map('unlink', glob(THREATSTOP_TABLES_FOLDER . '/*'));
		threatstop_resync();
		same(count(glob(THREATSTOP_TABLES_FOLDER . '/*.txt')), 2);
	}
]);
