<?php
/* Dashboard widget: whether the policy is in force, how many entries the tables hold, and since when. Reads pf, not the service. */
require_once('guiconfig.inc');
require_once('/usr/local/pkg/threatstop.inc');
require_once('/usr/local/pkg/threatstop/widget.inc');

if (!isAllowedPage('threatstop/index.php')) {
	echo '<div class="panel-body">You have no privilege for ThreatSTOP.</div>';
	return;
}

$threatstop_widget = threatstop_widget();
?>
<table class="table table-striped table-hover table-condensed">
	<tbody>
		<tr>
			<th scope="row">Policy</th>
			<td><span class="text-<?=$threatstop_widget['class']?>"><i class="fa fa-<?=$threatstop_widget['icon']?>"></i> <?=htmlspecialchars($threatstop_widget['state'])?></span></td>
		</tr>
<?php foreach ($threatstop_widget['tables'] as $threatstop_table => $threatstop_entries): ?>
		<tr>
			<th scope="row"><?=htmlspecialchars($threatstop_table)?></th>
			<td><?=htmlspecialchars($threatstop_entries)?></td>
		</tr>
<?php endforeach; ?>
		<tr>
			<th scope="row">Tables changed</th>
			<td><?=htmlspecialchars($threatstop_widget['changed'] !== '' ? $threatstop_widget['changed'] : 'never')?></td>
		</tr>
		<tr>
			<th scope="row">Service</th>
			<td><?=$threatstop_widget['running'] ? 'running' : '<span class="text-danger">not running</span>'?></td>
		</tr>
	</tbody>
</table>
