# shellcheck shell=bash disable=SC2034,SC2154
# Sourced by the programs of the balancer image, after common.sh.

# HAProxy 3.0 takes a server for up until its first check has failed. The state file that haproxy.cfg names tells it
# the contrary: every server stopped (srv_op_state 0), so that none gets a client before its first good check. It also
# takes from there whether to speak TLS with a server, so that must be as in its configuration.
stopped_states() {
  echo 1
  echo "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port"
  awk '
    $1 == "backend" || $1 == "frontend" || $1 == "listen" { section = $1 == "backend" ? $2 : ""; server = 0; ssl = 0 }
    $1 == "default-server" { ssl = / ssl( |$)/ }
    $1 == "server" && section != "" {
      server++
      split($3, address, ":")
      print 0, section, server, $2, "-", 0, 0, 1, 1, 0, 1, 0, 0, 6, 0, 0, 0, address[1], address[2], "-", (ssl || / ssl( |$)/) ? 1 : 0, 0, "-", "-", 0
    }' "$configuration/haproxy.cfg"
}

# One command of HAProxy's command line interface, of the worker or of the master.
worker() {
  printf '%s\n' "$1" | socat -t 3 - "UNIX-CONNECT:$run/worker.sock"
}
master() {
  printf '%s\n' "$1" | socat -t 10 - "UNIX-CONNECT:$run/master.sock"
}
