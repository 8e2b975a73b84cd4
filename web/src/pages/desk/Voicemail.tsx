import type { ContactView } from "../../live/types";
import { VoicemailPlayer } from "../../ui/AudioPlayer";

/** What the customer left, to be listened to. */
export function Voicemail({ contact }: { contact: ContactView }) {
  return (
    <div className="desk-voicemail">
      <VoicemailPlayer contact={contact.id} />
    </div>
  );
}
