import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { FeedBanner } from "../../app/FeedBanner";
import { core } from "../../i18n/core";
import { desk as area } from "../../i18n/desk";
import { useWords } from "../../i18n/messages";
import type { DeskState } from "../../live/types";
import { sameList, useFeed, useLive, useSelect } from "../../live/useLive";
import { useSession } from "../../session/session";
import { useSoftphone } from "../../softphone/useSoftphone";
import { Empty } from "../../ui/Empty";
import { useNotice } from "../../ui/notices";
import { useDeskActions } from "./actions";
import { Banners } from "./Banners";
import { CallBar } from "./CallBar";
import { Centre } from "./Centre";
import { type Desk, DeskContext, isOffer, railOrder } from "./context";
import { Conversations } from "./conversations";
import { Drafts } from "./drafts";
import { useDeskExtras } from "./extras";
import { Header } from "./Header";
import { HistoryLoader } from "./history";
import { OfferCard } from "./OfferCard";
import { PhoneBanners } from "./PhoneBanners";
import { Rail } from "./Rail";
import { Side } from "./side/Side";
import { TransferDialog } from "./TransferDialog";
import "./desk.css";

/** The agent's desk: contacts left, conversation centre, customer and knowledge right; one screen, no page changes. */
export default function DeskPage() {
  const t = useWords(area);
  const w = useWords(core);
  const session = useSession();
  useEffect(() => {
    document.title = `${t("title")} · ${w("product")}`;
  }, [t, w]);
  if (session.agentId === null) return <NoDesk />;
  return <DeskOf agentId={session.agentId} account={session.account} />;
}

function DeskOf({ agentId, account }: { agentId: string; account: string }) {
  const t = useWords(area);
  const live = useLive("desk");
  const phone = useSoftphone(true);
  const feed = useFeed(live);
  const notice = useNotice();
  const queries = useQueryClient();
  const [open, setOpen] = useState<string | null>(null);
  const drafts = useMemo(() => new Drafts(account), [account]);
  const conversations = useMemo(
    () => new Conversations(account, (contact, text, attachment, key) => live.say(contact, text, attachment, key)),
    [account, live],
  );
  const ids = useSelect(live, (state) => railOrder(state.contacts, agentId), sameList) ?? NONE;
  const first = useSelect(live, (state) => firstInHand(state.contacts, agentId));
  const [shownArticle, showArticle] = useState<string | null>(null);
  const insertion = useRef<(text: string) => void>(() => {});

  useEffect(() => drafts.sweep(Date.now()), [drafts]);
  // With every new connection: what may have been missed is asked for again, what was not sent goes again.
  useEffect(() => {
    if (feed.phase !== "live") return;
    conversations.forget(new Set(Object.keys(live.store.state?.contacts ?? {})));
    void queries.invalidateQueries({ queryKey: ["desk-messages"] });
    conversations.deliverAll();
  }, [feed.phase, conversations, live, queries]);
  // The contact in the centre went, or nothing was there: the first that I have in hand takes the place.
  useEffect(() => {
    if (feed.phase === "connecting" || (open !== null && ids.includes(open))) return;
    setOpen(first);
  }, [ids, open, first, feed.phase]);

  const run = useCallback(
    async (type: string, more: Record<string, unknown> = {}) => {
      try {
        await live.command({ type, ...more });
        return true;
      } catch (error) {
        notice.failed(error);
        return false;
      }
    },
    [live, notice],
  );
  const usable = feed.phase === "live" || feed.phase === "stale";
  const desk = useMemo<Desk>(
    () => ({
      live,
      conversations,
      drafts,
      agentId,
      phone,
      open,
      select: setOpen,
      usable,
      run,
      insert: (text) => insertion.current(text),
      focusReply: () => document.getElementById("desk-reply")?.focus(),
      focusKnowledge: () => document.getElementById("desk-knowledge")?.focus(),
      shownArticle,
      showArticle,
    }),
    [live, conversations, drafts, agentId, phone, open, usable, run, shownArticle],
  );

  return (
    <DeskContext value={desk}>
      <Standing ids={ids} />
      <div className="desk" data-usable={usable}>
        <Header />
        <div className="desk-bars">
          <FeedBanner live={live} keeps />
          <PhoneBanners />
          <Banners />
        </div>
        <Rail ids={ids} />
        <main className="desk-main" aria-label={t("conversation")}>
          <CallBar />
          <Centre key={open ?? "none"} id={open} insertion={insertion} />
          <TransferDialog />
        </main>
        <Side />
        <OfferCard />
      </div>
    </DeskContext>
  );
}

/** What goes on without being seen: keys, rings, notices, message history. */
function Standing({ ids }: { ids: readonly string[] }) {
  useDeskActions(ids);
  useDeskExtras();
  return ids.map((id) => <HistoryLoader key={id} id={id} />);
}

function NoDesk() {
  const t = useWords(area);
  return (
    <div className="jt-centred">
      <Empty kind="permission">{t("noQueues")}</Empty>
    </div>
  );
}

/** A talk before a wrap-up; never an offer. */
function firstInHand(contacts: DeskState["contacts"], agentId: string): string | null {
  const mine = railOrder(contacts, agentId).filter((id) => {
    const contact = contacts[id];
    return contact !== undefined && !isOffer(contact, agentId);
  });
  return mine.find((id) => contacts[id]?.place !== "wrapup") ?? mine[0] ?? null;
}

const NONE: readonly string[] = [];
