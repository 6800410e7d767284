<?php
/* Disables the policy without the service. Its name also stands for the privilege to edit. */
require_once('guiconfig.inc');
require_once('functions.inc');
require_once('filter.inc');
require_once('shaper.inc');
require_once('interfaces.inc');
require_once('/usr/local/pkg/threatstop.inc');
require_once('/usr/local/pkg/threatstop/web.inc');

if (($_SERVER['REQUEST_METHOD'] ?? '') !== 'POST') {
	header('Location: /threatstop/index.php');
	exit;
}

$class = 'danger';
if (threatstop_is_read_only()) {
	$text = 'You may look, but not change anything.';
} else {
	try {
		$note = threatstop_disable()['note'];
		$class = $note === '' ? 'success' : 'warning';
		$text = $note === '' ? 'The policy is disabled: the rules are out, the tables stay.' : $note;
	} catch (ThreatstopFailure $failure) {
		$text = trim("Not disabled: {$failure->getMessage()}. {$failure->remedy}");
	} catch (Throwable $fault) {
		$text = "Not disabled, pfSense failed: {$fault->getMessage()}";
	}
}

$pgtitle = [gettext('Firewall'), 'ThreatSTOP'];
$pglinks = ['', '/threatstop/index.php'];
include('head.inc');
print_info_box(htmlspecialchars($text), $class, false);
?>
<p><a class="btn btn-default" href="/threatstop/index.php">Back to ThreatSTOP</a></p>
<?php
include('foot.inc');
