/** Shows something simpler where its children can't be drawn, so that one answer never takes the page away. */
import { Component, type ReactNode } from 'react';

export class Fallback extends Component<{ with: ReactNode; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? this.props.with : this.props.children;
  }
}
