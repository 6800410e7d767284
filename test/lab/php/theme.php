<?php
/* theme.php FILE: the style sheet of the web interface, for everybody. */
require_once('config.inc');
init_config_arr(['system', 'webgui']);
$config['system']['webgui']['webguicss'] = $argv[1];
write_config('theme');
