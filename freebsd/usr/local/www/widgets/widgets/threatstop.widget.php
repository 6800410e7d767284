<?php
/* Dashboard widget: state, entries, hits and last refresh. The dashboard includes it, and asks it again from time to time. */
require_once('guiconfig.inc');
require_once('/usr/local/pkg/threatstop.inc');
require_once('/usr/local/pkg/threatstop/web.inc');
require_once('/usr/local/pkg/threatstop/widget.inc');

if (isset($_REQUEST['ajax'])) {
	echo threatstop_widget();
	exit;
}
?>
<div id="threatstop-widget"><?=threatstop_widget()?></div>
<script type="text/javascript">
//<![CDATA[
events.push(function() {
	register_ajax({
		name: 'ThreatSTOP',
		url: '/widgets/widgets/threatstop.widget.php',
		parms: { ajax: 'ajax' },
		freq: 10,
		callback: function(html) {
			$('#threatstop-widget').html(html);
		}
	});
});
//]]>
</script>
