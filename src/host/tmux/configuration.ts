/** The configuration of our tmux servers. The owner's own `.tmux.conf` never changes how they behave. */
export const tmuxConfiguration = `
# A crashed agent's last words and exit status stay to be read.
set -g remain-on-exit on
# What an attaching client brings along must not reach the agent.
set -g update-environment ""
# A program in the pane renames nothing: names are addresses here.
set -g allow-rename off
set -g automatic-rename off
# Escape is a key of its own for the agent; it must not wait for a second one.
set -s escape-time 0
# Enough to look back when attached, small enough for hundreds of panes.
set -g history-limit 5000
set -g default-terminal tmux-256color
set -g mouse on
set -g status-left "[#S] "
set -g status-left-length 80
set -g status-right "paliadin"
`;
