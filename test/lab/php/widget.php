<?php
/* Puts the widget on the dashboard, as its + button does. */
require_once('config.inc');
init_config_arr(['widgets']);
$config['widgets']['sequence'] = 'threatstop:col1:open:0';
write_config('dashboard');
