# Reads which directories tests have made (`+path`) and removed (`-path`). When whoever tells ends, however that happens,
# it ends what was started for those that are left, and removes them.
left=
while IFS= read -r line; do
  path=${line#?}
  case $line in
  +*) left="$left $path" ;;
  -*)
    others=
    for known in $left; do [ "$known" = "$path" ] || others="$others $known"; done
    left=$others
    ;;
  esac
done
for path in $left; do
  for process in /proc/[0-9]*; do
    # In its arguments or its environment: tmux and agents have it there as well as daemons.
    if grep -asqF "$path" "$process/cmdline" "$process/environ"; then kill -9 "${process#/proc/}" 2>/dev/null; fi
  done
  rm -rf "$path"
done
