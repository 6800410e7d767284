/** Labels of the fields of the set-up form; the option table has the explanation. */
export const fieldLabels = {
  device_id: 'Device ID',
  auto_key: 'Device key',
  nickname: 'Nickname',
  block_list: 'Block lists',
  allow_list: 'Allow lists',
  dns_server: 'Policy servers',
  port: 'Policy port',
  settings_server: 'Settings server',
  settings_port: 'Settings port',
  settings_zone: 'Settings zone',
  portal_ca: 'CA file of the portal',
  portal_pin: 'Key pin of the portal',
  log_url: 'Upload address',
} as const;
