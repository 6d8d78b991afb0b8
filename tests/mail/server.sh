# shellcheck shell=bash
# A real mail server for the checks: Postfix and Dovecot with an authority of their own, on
# free ports of this machine alone, in a folder that goes with them. Sourced after
# tests/machine.sh. Every address at clinic.test, example.test and forged.test is a Maildir.
#
#   mail_smtp_url   submission: STARTTLS, then a password, or nothing is taken
#   mail_smtps_url  the same with TLS from the first byte
#   mail_imap_url   where answers to the clinic are read
#   mail_ca         the certificate of the authority, PEM
#   mail_folder     the Maildirs, one for each address, lines ending as they came
#   mail_outside    port for the rest of the world, which marks what it takes as the clinic's own
#                   server would: DMARC is passed by example.test and failed by everybody else
#   mail_refused    lines "ADDRESS REPLY" that every RCPT is held against
#   mail_postfix    what `postfix -c` takes: stop, start, reload, flush
#
# From the start refuse4@ and refuse5@example.test are refused with 451 and 550, and mail to
# bounce@example.test is taken and then comes back.

ensure_mail() {
  local missing=() policy=/usr/sbin/policy-rc.d status=0
  [ "$(id -u)" = 0 ] || die "the mail server needs root: run this as root, or in a container"
  command -v openssl >/dev/null || missing+=(openssl)
  command -v postfix >/dev/null || missing+=(postfix)
  [ -x /usr/lib/dovecot/imap ] || missing+=(dovecot-imapd)
  [ -x /usr/lib/dovecot/lmtp ] || missing+=(dovecot-lmtpd)
  [ ${#missing[@]} -gt 0 ] || return 0
  # Debian would start servers of its own, unless it is told not to.
  if [ -e "$policy" ]; then policy=''; else
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi
  echo 'postfix postfix/main_mailer_type select No configuration' | debconf-set-selections || status=$?
  [ "$status" != 0 ] || (install "${missing[@]}") || status=$?
  [ -z "$policy" ] || rm -f "$policy"
  [ "$status" = 0 ] || die "Postfix and Dovecot cannot be installed"
}

# Starts one, and sets what is named above, which is exported in capitals (MAIL_OUTSIDE_PORT for the port).
start_mail() {
  local ports
  stop_mail
  mail_root=$(mktemp -d)
  chmod 755 "$mail_root"
  # All at once, so that no two are the same.
  read -r -a ports < <(python3 -c '
import socket
held = [socket.socket() for _ in range(4)]
for one in held: one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in held))')
  mail_folder=$mail_root/boxes
  mail_ca=$mail_root/ca.pem
  mail_refused=$mail_root/refused
  mail_postfix=$mail_root/postfix
  mail_outside=${ports[2]}
  mail_smtp_url="smtp://clinic:secret@127.0.0.1:${ports[0]}?tls=required"
  mail_smtps_url="smtps://clinic:secret@127.0.0.1:${ports[1]}"
  mail_imap_url="imaps://appointments%40clinic.test:secret@127.0.0.1:${ports[3]}"
  if ! (
    set -e
    cd "$mail_root"
    mkdir boxes queue data postfix run
    chown nobody boxes
    chown postfix data
    mail_certificates
    mail_dovecot "${ports[3]}" >dovecot.conf
    mail_main >postfix/main.cf
    mail_master "${ports[0]}" "${ports[1]}" "${ports[2]}" >postfix/master.cf
    printf '%s\n' 'refuse4@example.test 451 4.3.0 not now' 'refuse5@example.test 550 5.1.1 nobody of that name' >refused
    printf '%s\n' 'clinic:{PLAIN}secret' 'appointments@clinic.test:{PLAIN}secret' >passwords
    mail_verified >verified
    chmod 644 passwords
    dovecot -c dovecot.conf
    postfix -c "$mail_postfix" start
  ) >"$mail_root/start.log" 2>&1; then
    cat "$mail_root"/*.log >&2
    stop_mail
    die "the mail server does not start"
  fi
  # For those who are not part of this shell.
  export MAIL_SMTP_URL=$mail_smtp_url MAIL_SMTPS_URL=$mail_smtps_url MAIL_IMAP_URL=$mail_imap_url MAIL_CA=$mail_ca \
    MAIL_FOLDER=$mail_folder MAIL_OUTSIDE_PORT=$mail_outside MAIL_REFUSED=$mail_refused MAIL_POSTFIX=$mail_postfix
}

# Ends it and leaves nothing behind, wherever it was; does nothing when there is none.
stop_mail() {
  local pids pid
  [ -n "${mail_root:-}" ] || return 0
  pids=$(cat "$mail_root/queue/pid/master.pid" "$mail_root/run/master.pid" 2>/dev/null | tr -d ' ') || true
  postfix -c "$mail_postfix" abort >/dev/null 2>&1 || true
  doveadm -c "$mail_root/dovecot.conf" stop >/dev/null 2>&1 || true
  for pid in $pids; do
    for _ in $(seq 50); do
      grep -qs '^State:.[^Z]' "/proc/$pid/status" || continue 2
      sleep 0.1
    done
    kill -9 "$pid" 2>/dev/null || true
  done
  rm -rf "$mail_root"
  mail_root=
}

# An authority, and the server's certificate by it.
mail_certificates() {
  local key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes)
  openssl req -x509 "${key[@]}" -keyout ca.key -out ca.pem -days 30 -subj '/CN=Authority of the checks' \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
  openssl req "${key[@]}" -keyout server.key -out server.csr -subj /CN=localhost
  printf '%s\n' basicConstraints=critical,CA:FALSE keyUsage=critical,digitalSignature extendedKeyUsage=serverAuth \
    subjectAltName=DNS:localhost,IP:127.0.0.1 >server.ext
  openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -extfile server.ext -out server.pem
  chmod 644 ca.pem server.pem
  chmod 600 ca.key server.key
}

mail_dovecot() {
  cat <<END
protocols = imap lmtp
listen = 127.0.0.1
base_dir = $mail_root/run
state_dir = $mail_root/run
log_path = $mail_root/dovecot.log
hostname = mx.clinic.test
ssl = required
ssl_cert = <$mail_root/server.pem
ssl_key = <$mail_root/server.key
first_valid_uid = 1
first_valid_gid = 1
mail_uid = nobody
mail_gid = nogroup
mail_home = $mail_root/boxes/%Lu
mail_location = maildir:~
# As it came over the wire.
mail_save_crlf = yes
passdb {
  driver = passwd-file
  args = $mail_root/passwords
}
# Whoever mail comes for is there.
userdb {
  driver = static
  args = allow_all_users=yes
}
# Nobody waits for having been wrong.
auth_failure_delay = 0
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    port = $1
  }
}
service lmtp {
  unix_listener for-postfix-lmtp {
    mode = 0660
    user = postfix
  }
}
service auth {
  unix_listener for-postfix-auth {
    mode = 0660
    user = postfix
  }
}
END
}

# What a server that checks DMARC says of a mail, by MAIL FROM; automatic ones have none.
mail_verified() {
  cat <<'END'
/@example\.test$/ PREPEND Authentication-Results: mx.clinic.test; dmarc=pass header.from=example.test
/^<>$/ PREPEND Authentication-Results: mx.clinic.test; dmarc=pass header.from=example.test
/@([^@]+)$/ PREPEND Authentication-Results: mx.clinic.test; dmarc=fail header.from=$1
END
}

mail_main() {
  cat <<END
compatibility_level = 3.6
queue_directory = $mail_root/queue
data_directory = $mail_root/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = $mail_root/postfix.log
maillog_file_prefixes = $mail_root
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
myhostname = mx.clinic.test
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
smtpd_peername_lookup = no
# A mail is stored as it was sent, and one that only forgiveness could read is not taken.
local_header_rewrite_clients =
disable_mime_output_conversion = yes
smtpd_forbid_bare_newline = reject
smtpd_forbid_bare_newline_exclusions =
lmtp_line_length_limit = 0
lmtp_connection_cache_on_demand = no
message_size_limit = 52428800
virtual_mailbox_domains = clinic.test, example.test, forged.test
virtual_mailbox_maps = static:there
virtual_transport = lmtp:unix:$mail_root/run/for-postfix-lmtp
transport_maps = inline:{ { bounce@example.test = nobody: } }
default_transport = error:5.1.2 only the domains of the checks
# One after the other, as it came.
initial_destination_concurrency = 1
lmtp_destination_concurrency_limit = 1
# What Dovecot could not take is offered again soon.
minimal_backoff_time = 5s
maximal_backoff_time = 5s
queue_run_delay = 5s
smtpd_tls_cert_file = $mail_root/server.pem
smtpd_tls_key_file = $mail_root/server.key
smtpd_tls_mandatory_protocols = >=TLSv1.2
smtpd_tls_received_header = yes
smtpd_tls_loglevel = 1
smtpd_sasl_type = dovecot
smtpd_sasl_path = $mail_root/run/for-postfix-auth
smtpd_sasl_authenticated_header = yes
smtpd_recipient_restrictions = check_recipient_access texthash:$mail_root/refused, reject_unauth_destination
smtpd_error_sleep_time = 0
smtpd_client_connection_rate_limit = 0
notify_classes =
END
}

mail_master() {
  cat <<END
127.0.0.1:$1 inet n - n - - smtpd
  -o syslog_name=submission
  -o smtpd_tls_security_level=encrypt
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
127.0.0.1:$2 inet n - n - - smtpd
  -o syslog_name=submissions
  -o smtpd_tls_wrappermode=yes
  -o smtpd_sasl_auth_enable=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
127.0.0.1:$3 inet n - n - - smtpd
  -o syslog_name=outside
  -o smtpd_tls_security_level=none
  -o { smtpd_data_restrictions = check_sender_access regexp:$mail_root/verified }
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
nobody unix - n n - - pipe
  user=nobody argv=/bin/sh -c { exit 67 }
showq unix n - n - - showq
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
tlsmgr unix - - n 1000? 1 tlsmgr
END
}
