<?php
require_once(__DIR__ . '/suite.inc');

const OURS = ['1770000101', '1770000102', '1770000103'];
const USERS = ['1500000001', '1500000002', '1500000003'];

/** A configuration as administrators leave them: rules of several tabs in any order, bars, aliases. */
function random_config(): array {
	$rules = [];
	$tabs = ['wan', 'lan', 'opt1', 'floatingrules'];
	$count = array_fill_keys($tabs, 0);
	for ($left = mt_rand(0, 12); $left > 0; $left--) {
		$tab = $tabs[mt_rand(0, 3)];
		$rule = user_rule((string)mt_rand(1000000000, 1769999999), $tab === 'floatingrules' ? 'wan,lan' : $tab);
		$rule += $tab === 'floatingrules' ? ['floating' => 'yes'] : [];
		$rule += mt_rand(0, 3) === 0 ? ['disabled' => ''] : [];
		$rule += mt_rand(0, 5) === 0 ? ['associated-rule-id' => 'nat_' . mt_rand()] : [];
		$rules[] = $rule;
		$count[$tab]++;
	}
	$bars = [];
	foreach ($tabs as $tab) {
		for ($bar = mt_rand(0, 2); $bar > 0; $bar--) {
			$bars[$tab]["sep{$bar}"] = ['row' => ['fr' . mt_rand(0, $count[$tab])], 'text' => "bar {$bar}", 'if' => $tab];
		}
	}
	$aliases = mt_rand(0, 1) === 1 ? ['aliases' => usual_config()['aliases']] : [];
	return ['filter' => ['rule' => $rules, 'separator' => $bars]] + $aliases;
}

/** Trackers that only look like ours, and what else config.xml may hold in their place. */
function odd_tracker(): array {
	$odd = ['1770000100', '1770000200', '17700001010', '0', '', 'absent'];
	$chosen = $odd[mt_rand(0, count($odd) - 1)];
	return $chosen === 'absent' ? [] : ['tracker' => $chosen];
}

/** A list of rules as a restore, another package or an older release may leave it: ours of another time among the user's. */
function odd_rules(): array {
	$rules = [];
	for ($left = mt_rand(0, 10); $left > 0; $left--) {
		$rule = user_rule('', ['wan', 'lan', 'opt1'][mt_rand(0, 2)]);
		unset($rule['tracker']);
		if (mt_rand(0, 3) === 0) {
			$rule['descr'] = 'ThreatSTOP_incoming_wan';
		}
		$rules[] = odd_tracker() + $rule;
		if (mt_rand(0, 4) === 0) {
			$rules[] = user_rule((string)mt_rand(1770000101, 1770000199), 'wan');
		}
	}
	return $rules;
}

/** Whether a rule is the user's, told without the code that is tested. */
function is_users($rule): bool {
	return !preg_match('/^17700001(0[1-9]|[1-9]\d)$/D', $rule['tracker'] ?? '');
}

function users_rules(array $config): array {
	return array_values(array_filter($config['filter']['rule'] ?? [], 'is_users'));
}

/** Which of the user's rules each bar stands before: tab, bar => their number above it. */
function bar_places(array $config): array {
	$places = [];
	foreach ($config['filter']['separator'] ?? [] as $tab => $bars) {
		foreach ($bars as $name => $bar) {
			$above = array_slice(threatstop_tab_rules($config['filter']['rule'] ?? [], $tab), 0, (int)substr($bar['row'][0], 2));
			$places["{$tab}/{$name}"] = count(array_filter($above, 'is_users'));
		}
	}
	return $places;
}

/** Starts the work in a process of its own. @return callable waits until it has ended */
function in_child(callable $work): callable {
	$child = pcntl_fork();
	if ($child === 0) {
		try {
			$work();
		} catch (Throwable $thrown) {
			fwrite(STDERR, $thrown->getMessage());
		}
		// No case of the parent may run in the child.
		posix_kill(getmypid(), SIGKILL);
	}
	return function () use ($child) {
		pcntl_waitpid($child, $status);
	};
}

run_cases([
	'whatever rules and bars there are, they are the same after each change, and all is as it was in the end' => function () {
		$seed = random_int(0, 1 << 30);
		mt_srand($seed);
		for ($round = 0; $round < 100; $round++) {
			$initial = random_config();
			fake_boot($initial);
			$steps = [
				'threatstop_enable',
				function () {
					threatstop_write_settings(['device_id' => 'x', 'rule_floating' => mt_rand(0, 1) ? 'yes' : 'no', 'allow_action' => mt_rand(0, 1) ? 'pass' : 'exempt']);
				},
				'threatstop_disable',
				'threatstop_enable',
				'threatstop_disable',
				'threatstop_remove'
			];
			foreach ($steps as $number => $step) {
				$step();
				same(users_rules(fake_disk()), users_rules($initial), "seed {$seed}, round {$round}, step {$number}: rules");
				same(bar_places(fake_disk()), bar_places($initial), "seed {$seed}, round {$round}, step {$number}: bars");
			}
			same(fake_disk()['filter']['separator'], $initial['filter']['separator'], "seed {$seed}, round {$round}");
			same(array_diff_key(fake_disk(), ['filter' => 0]), array_diff_key($initial, ['filter' => 0]), "seed {$seed}, round {$round}");
		}
	},
	'trackers near ours are the user’s, ours of another time are replaced; one write for each change, none without one' => function () {
		$seed = random_int(0, 1 << 30);
		mt_srand($seed);
		for ($round = 0; $round < 25; $round++) {
			$rules = mt_rand(0, 9) === 0 ? [null, ''][mt_rand(0, 1)] : odd_rules();
			fake_boot(['filter' => ['rule' => $rules]]);
			$users = users_rules(['filter' => ['rule' => is_array($rules) ? $rules : []]]);
			foreach (['threatstop_enable', 'threatstop_enable', 'threatstop_prepare_tables', 'threatstop_disable', 'threatstop_disable'] as $number => $step) {
				$disk = fake_disk();
				$GLOBALS['fake_written'] = [];
				$step();
				$where = "seed {$seed}, round {$round}, step {$number}";
				same(users_rules(fake_disk()), $users, "{$where}: rules");
				same(count($GLOBALS['fake_written']), fake_disk() == $disk ? 0 : 1, "{$where}: writes");
				same(count(threatstop_trackers(threatstop_config_list('filter/rule'))), $number < 3 ? 3 : 0, "{$where}: ours");
			}
		}
	},
	'whatever fails while rules are loaded or written, config.xml and pf hold what they held' => function () {
		$seed = random_int(0, 1 << 30);
		mt_srand($seed);
		for ($round = 0; $round < 25; $round++) {
			fake_boot(random_config());
			if (mt_rand(0, 1) === 1) {
				threatstop_enable();
			}
			filter_configure_sync();
			$disk = fake_disk();
			$loaded = threatstop_loaded_trackers();
			$GLOBALS['fake_written'] = [];
			$fault = mt_rand(0, 2);
			if ($fault === 0) {
				// The load of the change fails; what was there loads again.
				$GLOBALS['fake_during_load'] = function () {
					throw new TypeError('count(null)');
				};
			} elseif ($fault === 1) {
				$GLOBALS['fake_write_answer'] = -1;
			} else {
				$GLOBALS['fake_during_load'] = function () {
					$GLOBALS['config']['filter']['rule'][0]['disabled'] = '';
				};
			}
			try {
				threatstop_write_settings(['device_id' => "d{$round}", 'enabled' => 'yes', 'rule_direction' => 'both']);
				threatstop_enable();
				throw new Exception("seed {$seed}, round {$round}: fault {$fault} did not show");
			} catch (ThreatstopFailure | TypeError $failure) {
				$GLOBALS['fake_during_load'] = null;
				$GLOBALS['fake_write_answer'] = null;
			}
			// Settings that were stored before the rules failed are a change of their own.
			$where = "seed {$seed}, round {$round}, fault {$fault}";
			same(users_rules(fake_disk()), users_rules($disk), "{$where}: rules");
			same(threatstop_trackers(fake_disk()['filter']['rule'] ?? []), threatstop_trackers($disk['filter']['rule'] ?? []), "{$where}: trackers");
			same(fake_disk()['filter']['separator'] ?? null, $disk['filter']['separator'] ?? null, "{$where}: bars");
			same(threatstop_loaded_trackers(), $loaded, "{$where}: pf");
		}
	},
	'killed while the rules are loaded, config.xml is as it was, and the next change takes the rules out of pf' => function () {
		in_child(function () {
			$GLOBALS['fake_during_load'] = function () {
				posix_kill(getmypid(), SIGKILL);
			};
			threatstop_enable();
		})();
		same(fake_disk(), usual_config());
		// What pf would have: the rules that were loaded last.
		foreach (OURS as $tracker) {
			$GLOBALS['fake_loaded'][] = "block in quick on wan from x to y ridentifier {$tracker}";
		}
		threatstop_disable();
		same(threatstop_loaded_trackers(), []);
		same(users_rules(fake_disk()), usual_config()['filter']['rule']);
	},
	'two administrators at once: each change is whole, none is lost' => function () {
		$enabling = in_child('threatstop_enable');
		$setting = in_child(function () {
			for ($number = 0; $number < 20; $number++) {
				threatstop_write_settings(['device_id' => "device{$number}", 'enabled' => threatstop_setting('enabled', 'no')]);
			}
		});
		$limit = in_child(function () {
			threatstop_set_table_limit(600000);
		});
		$enabling();
		$setting();
		$limit();
		same(disk_trackers(), array_merge(OURS, USERS));
		same(fake_disk()['installedpackages']['threatstop']['config'][0]['device_id'], 'device19');
		same(fake_disk()['system']['maximumtableentries'], '600000');
	},
	'a program that pfSense starts and leaves running does not keep the lock' => function () {
		$GLOBALS['fake_during_load'] = function () {
			exec('sleep 20 >/dev/null 2>&1 & echo $!', $GLOBALS['fake_left']);
		};
		threatstop_enable();
		try {
			same(threatstop_alone('time', 0) > 0, true);
		} finally {
			posix_kill((int)$GLOBALS['fake_left'][0], SIGKILL);
		}
	},
	'a change that never ends is told to others; what must go goes on' => function () {
		$lock = threatstop_lock(0);
		same(fileperms(THREATSTOP_LOCK) & 0777, 0600);
		contains(failure_of(function () {
			threatstop_alone('time', 0);
		})->getMessage(), 'another change');
		same(threatstop_alone('time', 0, true) > 0, true);
		fclose($lock);
		same(threatstop_alone('time', 0) > 0, true);
	},
	'without pfctl nothing is enabled, and nothing changes' => function () {
		$GLOBALS['fake_no_pfctl'] = true;
		contains(failure_of('threatstop_enable')->getMessage(), 'lack those with tracker');
		same(fake_disk(), usual_config());
		$GLOBALS['fake_no_pfctl'] = false;
	},
	'with no room for the files of the tables nothing is enabled, but disabling works' => function () {
		threatstop_enable();
		array_map('unlink', glob(THREATSTOP_TABLES_FOLDER . '/*'));
		rmdir(THREATSTOP_TABLES_FOLDER);
		// No file can be made below what is no folder.
		touch(THREATSTOP_TABLES_FOLDER);
		try {
			contains(failure_of('threatstop_enable')->remedy, 'disk');
			threatstop_disable();
			same(disk_trackers(), USERS);
			same(threatstop_loaded_trackers(), []);
		} finally {
			unlink(THREATSTOP_TABLES_FOLDER);
			mkdir(THREATSTOP_TABLES_FOLDER);
		}
	},
	'an alias of somebody else that spoils the ruleset: what pfSense said is told, and disabling still works' => function () {
		threatstop_enable();
		$GLOBALS['fake_load_error'] = '/tmp/rules.debug:18: cannot load "/var/db/aliastables/Other.txt": No such file or directory';
		contains(failure_of(function () {
			threatstop_write_settings(['rule_action' => 'reject']);
		})->getMessage(), 'aliastables/Other.txt');
		contains(threatstop_disable()['note'], 'aliastables/Other.txt');
		same(threatstop_loaded_trackers(), []);
		same(disk_trackers(), USERS);
	},
	'on a full disk no half ruleset is loaded' => function () {
		contains(failure_of(function () {
			threatstop_write_whole('/dev/full', str_repeat("block all\n", 10000));
		})->getMessage(), '/dev/full');
		threatstop_enable();
		$GLOBALS['fake_load_error'] = 'somebody else’s alias is missing';
		mkdir(THREATSTOP_LAST_RULESET . '.threatstop');
		$loaded = $GLOBALS['fake_loaded'];
		try {
			contains(failure_of('threatstop_disable')->getMessage(), 'writing');
			same($GLOBALS['fake_loaded'], $loaded);
		} finally {
			rmdir(THREATSTOP_LAST_RULESET . '.threatstop');
		}
	},
	'entries of package and service that vanished are made again' => function () {
		same(threatstop_register(), ['changed' => true]);
		same(threatstop_register(), ['changed' => false]);
		$left = fake_disk();
		$left['installedpackages']['service'] = [];
		fake_boot($left);
		same(threatstop_state()['registered'], false);
		same(threatstop_register(), ['changed' => true]);
	}
]);
