# bash completion for tsadmin(8). Made by: tsadmin help --completion

_tsadmin() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= words= one
  local commands='add remove update show status enable confirm disable allow block revoke logs lookup why diff doctor config ui support version help'
  local options='--root --platform --json --help'

  for one in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case " $commands " in
      *" $one "*) command=$one; break ;;
    esac
  done
  if [ "$word" = = ]; then
    word=
  elif [ "$before" = = ]; then
    before=${COMP_WORDS[COMP_CWORD-2]}
  fi

  case $before in
    --root) mapfile -t COMPREPLY < <(compgen -d -- "$word"); return ;;
    --platform) mapfile -t COMPREPLY < <(compgen -W 'pfsense openbsd linux dry-run' -- "$word"); return ;;
    --type) mapfile -t COMPREPLY < <(compgen -W 'manual auto' -- "$word"); return ;;
    --compact) mapfile -t COMPREPLY < <(compgen -W 'auto always never' -- "$word"); return ;;
    --policy_sanity) mapfile -t COMPREPLY < <(compgen -W 'warn hold' -- "$word"); return ;;
    --policy_source) mapfile -t COMPREPLY < <(compgen -W 'dns transfer' -- "$word"); return ;;
    --policy_tls) mapfile -t COMPREPLY < <(compgen -W 'yes no' -- "$word"); return ;;
    --policy_tsig) mapfile -t COMPREPLY < <(compgen -W 'yes no' -- "$word"); return ;;
    --log_source) mapfile -t COMPREPLY < <(compgen -W 'auto file journal nflog' -- "$word"); return ;;
    --log_scope) mapfile -t COMPREPLY < <(compgen -W 'rules policy all' -- "$word"); return ;;
    --log_mask_local) mapfile -t COMPREPLY < <(compgen -W 'yes no' -- "$word"); return ;;
    --cut_connections) mapfile -t COMPREPLY < <(compgen -W 'yes no' -- "$word"); return ;;
    --rule_direction) mapfile -t COMPREPLY < <(compgen -W 'auto both' -- "$word"); return ;;
    --rule_action) mapfile -t COMPREPLY < <(compgen -W 'block reject' -- "$word"); return ;;
    --rule_log) mapfile -t COMPREPLY < <(compgen -W 'yes no' -- "$word"); return ;;
    --rule_floating) mapfile -t COMPREPLY < <(compgen -W 'yes no' -- "$word"); return ;;
    --logopts_direction) mapfile -t COMPREPLY < <(compgen -W 'both in out' -- "$word"); return ;;
    --load_br_netfilter) mapfile -t COMPREPLY < <(compgen -W 'yes no' -- "$word"); return ;;
    --reload_pf) mapfile -t COMPREPLY < <(compgen -W 'yes no' -- "$word"); return ;;
  esac
  case $command in
    '') words=$commands ;;
    add) options="$options --type --device_id --auto_key --nickname --block_list --allow_list --maxpolicysize --compact --widest_block_v4 --widest_block_v6 --policy_sanity --policy_shrink --policy_growth --dns_server --port --policy_source --policy_tls --policy_tsig --policy_interval --settings_server --settings_port --settings_zone --settings_interval --portal_ca --portal_pin --log_url --validip_url --log_proxy --upload_interval --collect_interval --verify_interval --log_file --log_source --log_scope --log_mask_local --hits_kept --trackers --ui_address --ui_tls_cert --ui_tls_key --confirm_seconds --cut_connections --allow_action --rule_interfaces --rule_direction --rule_action --rule_log --rule_floating --tsprefix --logopts --logopts_direction --load_br_netfilter --out_dir --block_file --allow_file --block_table --allow_table --reload_pf --advanced --silent --skip_checkpolicy --skip_checkvalidip --take_defaults" ;;
    remove) options="$options --silent" ;;
    update) options="$options --plan --raise-limit --accept" ;;
    enable) options="$options --confirm" ;;
    allow) options="$options --for" ;;
    block) options="$options --for" ;;
    diff) options="$options --limit" ;;
    ui) options="$options --password --logout" ;;
    support) options="$options --output" ;;
    help) options="$options --completion --man" ;;
  esac
  case $before in
    help) words=$commands ;;
    config) words='get set' ;;
  esac

  case $word in
    -*) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word") ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word") ;;
  esac
}

complete -F _tsadmin tsadmin
