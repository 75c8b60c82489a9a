import type { Messages } from './messages.ts';

export const de: Messages = {
  mriver_unreachable: 'Der Rechner des Assistenten ist gerade nicht erreichbar. Bitte gleich noch einmal versuchen.',
  away_limit:
    'Der Rechner des Assistenten war zu lange nicht erreichbar. Die Frage wurde nicht gesendet. Bitte noch einmal fragen.',
  shim_auth_failed:
    'Der Rechner des Assistenten hat unseren Schlüssel nicht angenommen. Das muss der Betreiber beheben.',
  host_key_changed:
    'Der Rechner des Assistenten hat sich mit einem unbekannten Schlüssel gemeldet, deshalb wurde nichts gesendet. Das muss der Betreiber prüfen.',
  shim_error: 'Der Rechner des Assistenten meldet ein Problem. Bitte noch einmal versuchen.',
  shim_outdated:
    'Auf dem Rechner des Assistenten läuft eine andere Version von Paliadin. Der Betreiber muss sie aktualisieren.',
  disabled:
    'Der Assistent ist auf diesem Server ausgeschaltet. Frühere Unterhaltungen können weiterhin gelesen werden.',
  timeout: 'Der Assistent hat sich nicht rechtzeitig gemeldet. Falls seine Antwort noch kommt, erscheint sie hier.',
  agent_not_ready: 'Der Assistent ist nicht bereit: Auf seinem Bildschirm wartet etwas auf den Betreiber.',
  agent_stopped: 'Der Assistent ist mitten in der Frage beendet worden. Bitte noch einmal fragen.',
  agent_limit: 'Der Assistent hat sein Kontingent vorerst aufgebraucht. Bitte später noch einmal versuchen.',
  agent_error: 'Das Modell des Assistenten meldet einen Fehler. Bitte noch einmal versuchen.',
  outcome_unknown:
    'Die Verbindung brach im falschen Moment ab: Die Frage hat den Assistenten vielleicht erreicht, vielleicht nicht. Noch einmal senden?',
  cancelled: 'Angehalten.',
  queue_full: 'Es warten schon mehrere Fragen. Bitte erst eine Antwort abwarten.',
  rate_limited: 'Das war zu viel auf einmal. Bitte einen Moment warten.',
  quota_reached: 'Die Fragen für heute sind aufgebraucht. Weiter geht es {when}.',
  conversation_limit: 'Mehr Unterhaltungen sind nicht möglich. Bitte erst eine löschen.',
  message_invalid: 'Diese Nachricht kann nicht gesendet werden: Sie ist leer oder enthält unlesbare Zeichen.',
  message_too_large: 'Diese Nachricht ist zu lang. Bitte auf höchstens 100 kB kürzen.',
  attachment_invalid:
    'Diese Datei lässt sich nicht anhängen. Möglich sind Bilder (PNG, JPEG, GIF, WebP), PDF und reiner Text; bitte noch einmal oder eine andere anhängen.',
  attachment_too_large: 'Das ist zu viel zum Anhängen: Die Datei ist zu groß, oder es sind zu viele.',
  store_unavailable:
    'Die Frage konnte nicht gespeichert werden und wurde deshalb nicht gesendet. Bitte gleich noch einmal versuchen.',
  not_allowed: 'Das ist nicht erlaubt.',
  bad_request: 'Die Anfrage wurde nicht verstanden.',
  unauthenticated: 'Bitte zuerst anmelden.',
  credentials_refused: 'Die Anmeldung wurde nicht angenommen. Bitte die Seite neu laden oder noch einmal anmelden.',
  not_found: 'Hier gibt es nichts mit diesem Namen.',
  conflict: 'Das ist im jetzigen Zustand nicht möglich.',
  idempotency_mismatch: 'Dieser Schlüssel wurde schon für eine andere Frage benutzt.',
  internal: 'Bei uns ist etwas schiefgegangen. Bitte noch einmal versuchen.',
  approval_waits: 'Wartet auf eine Erlaubnis: {title} Hier entscheiden: {url}',
  question_waits: 'Der Assistent fragt: {title} Hier antworten: {url}',
};
