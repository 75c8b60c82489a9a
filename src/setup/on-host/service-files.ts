/** The configuration files of service managers. */

/** A unit for systemd's manager of one account. */
export function systemdUnit(command: readonly string[]): string {
  return `[Unit]
Description=Paliadin host daemon

[Service]
ExecStart=${command.map(systemdQuoted).join(' ')}
# What runs in the panes goes on when the daemon ends.
KillMode=process
# It ends well where another runs already, and where it gives way to another version.
Restart=on-failure
RestartSec=5

[Install]
WantedBy=default.target
`;
}

/** A launch agent. */
export function launchdPlist(label: string, command: readonly string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>Label</key>
  <string>${escaped(label)}</string>
  <key>ProgramArguments</key>
  <array>
${command.map((word) => `    <string>${escaped(word)}</string>`).join('\n')}
  </array>
  <key>RunAtLoad</key>
  <true/>
  <!-- It ends well where another runs already. -->
  <key>KeepAlive</key>
  <dict>
    <key>SuccessfulExit</key>
    <false/>
  </dict>
  <!-- What runs in the panes goes on when the daemon ends. -->
  <key>AbandonProcessGroup</key>
  <true/>
</dict>
</plist>
`;
}

/** systemd expands `%` and `$`. */
function systemdQuoted(word: string): string {
  const plain = word.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w./:=$%-]+$/.test(plain) ? plain : `"${plain.replaceAll(/["\\]/g, '\\$&')}"`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
