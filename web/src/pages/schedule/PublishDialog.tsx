import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Input, Modal } from "antd";
import { useId, useState } from "react";
import { http } from "../../api/http";
import { isProblem } from "../../api/problem";
import { useWords } from "../../i18n/messages";
import { schedule } from "../../i18n/schedule";
import { Icon } from "../../ui/Icon";
import { useNotice } from "../../ui/notices";
import { type Conflict, type Conflicts, type DraftState, PLANNING, type PublishPreview, type Version } from "./api";
import { type FaultWords, faultTitle } from "./faults";
import { SCHEDULE } from "./useBoard";

const FEW = 8;

/** The last look before people work by it: what must be mended, who is told what; then it is the schedule. */
export function PublishDialog({
  draft,
  words,
  onLocate,
  onDone,
  onClose,
}: {
  draft: DraftState;
  words: FaultWords;
  onLocate: (one: Conflict) => void;
  onDone: () => void;
  onClose: () => void;
}) {
  const t = useWords(schedule);
  const notice = useNotice();
  const queries = useQueryClient();
  const ids = useId();
  const [anyway, setAnyway] = useState(false);
  const [over, setOver] = useState(false);
  const [note, setNote] = useState("");
  const [tried, setTried] = useState(false);
  const preview = useQuery({
    queryKey: [SCHEDULE, "publish", draft.id, draft.rev],
    queryFn: ({ signal }) => http.get<PublishPreview>(`${PLANNING}/drafts/${draft.id}/publish`, { signal }),
  });
  const check = useQuery({
    queryKey: [SCHEDULE, "conflicts", draft.id, draft.rev],
    queryFn: ({ signal }) => http.get<Conflicts>(`${PLANNING}/drafts/${draft.id}/check`, { signal }),
  });
  const must = (check.data?.items ?? []).filter((one) => one.must);
  const found = preview.data;
  const publish = useMutation({
    mutationFn: () =>
      http.post<{ version: Version; told: unknown[] }>(`${PLANNING}/drafts/${draft.id}/publish`, {
        body: {
          rev: found?.rev ?? draft.rev,
          note: note.trim(),
          accept: anyway ? must.map((one) => one.key) : [],
          over,
        },
      }),
    onSuccess: async (done) => {
      notice.done(t("published", { n: done.version.n, people: done.told.length }));
      onClose();
      onDone();
      // The draft is closed now: what it would publish is no longer asked.
      await queries.invalidateQueries({
        predicate: ({ queryKey: [area, what] }) => area === SCHEDULE && what !== "publish",
      });
    },
    onError: async (error) => {
      notice.failed(error);
      if (isProblem(error)) await queries.invalidateQueries({ queryKey: [SCHEDULE] });
    },
  });
  const missing = anyway && must.length > 0 && note.trim() === "";
  const blocked = must.length > 0 && !anyway;
  const stale = (found?.stale.length ?? 0) > 0 && !over;
  const nothing = found !== undefined && found.changes.length === 0 && found.invites === 0;
  return (
    <Modal
      open
      mask={{ closable: false }} // what has been written here is not lost by a press beside it
      width={620}
      title={t("publishTitle")}
      okText={t("publish")}
      okButtonProps={{ disabled: !found || check.isPending || blocked || stale || nothing }}
      confirmLoading={publish.isPending}
      onOk={() => {
        setTried(true);
        if (!missing) publish.mutate();
      }}
      onCancel={onClose}
      destroyOnHidden
    >
      {!found || check.isPending ? (
        <p className="jt-note" role="status">
          {t("step.check")}…
        </p>
      ) : (
        <div className="sc-publish">
          <p>
            {nothing ? t("publishNothing") : t("publishWill", { n: found.next_version })}
            {nothing ? null : (
              <span className="jt-note">
                {" "}
                {t("publishChanges", { n: found.changes.length })} · {t("publishTold", { n: found.told.length })}
                {found.invites > 0 ? ` · ${t("publishInvites", { n: found.invites })}` : ""}
              </span>
            )}
          </p>
          {must.length > 0 ? (
            <section aria-label={t("publishMust", { n: must.length })}>
              <h3 className="jt-over">{t("publishMust", { n: must.length })}</h3>
              <ul className="sc-unmet">
                {must.slice(0, FEW).map((one) => (
                  <li key={one.key}>
                    <span className="sc-mustname">
                      <Icon name="missed" size={14} />
                      {one.agent ? words.nameOf(one.agent) : ""}
                    </span>
                    <span className="jt-note">
                      {one.day ? `${words.clocks.day(one.day)} ` : ""}
                      {faultTitle(one, words)}
                    </span>
                    <button type="button" className="jt-link" onClick={() => onLocate(one)}>
                      {t("locate")}
                    </button>
                  </li>
                ))}
                {must.length > FEW ? <li className="jt-note">{t("moreChanges", { n: must.length - FEW })}</li> : null}
              </ul>
              <label className="sc-check">
                <input type="checkbox" checked={anyway} onChange={(event) => setAnyway(event.target.checked)} />
                {t("publishAnswer")}
              </label>
            </section>
          ) : null}
          {found.stale.length > 0 ? (
            <section>
              <h3>{t("publishStale")}</h3>
              <ul className="sc-unmet">
                {found.stale.slice(0, FEW).map((one) => (
                  <li key={`${one.agent} ${one.day}`}>
                    <span>{one.name}</span>
                    <span className="jt-note">{words.clocks.day(one.day)}</span>
                  </li>
                ))}
              </ul>
              <label className="sc-check">
                <input type="checkbox" checked={over} onChange={(event) => setOver(event.target.checked)} />
                {t("publishOver")}
              </label>
            </section>
          ) : null}
          {found.told.length > 0 ? (
            <section aria-label={t("publishTold", { n: found.told.length })}>
              <h3>{t("publishTold", { n: found.told.length })}</h3>
              <ul className="sc-told-list">
                {found.told.map((one) => (
                  <li key={one.agent}>
                    {one.name} <span className="jt-note">{t("daysEach", { n: one.days })}</span>
                    {one.short_notice ? <span className="jt-tag">{t("shortNotice")}</span> : null}
                  </li>
                ))}
              </ul>
            </section>
          ) : null}
          {nothing ? null : (
            <div className="sc-field">
              <label htmlFor={`${ids}n`}>{t("publishNote")}</label>
              <div>
                <Input.TextArea
                  id={`${ids}n`}
                  rows={2}
                  maxLength={2000}
                  value={note}
                  status={tried && missing ? "error" : undefined}
                  onChange={(event) => setNote(event.target.value)}
                />
                {tried && missing ? (
                  <p className="jt-over" role="alert">
                    {t("publishNoteNeeded")}
                  </p>
                ) : null}
              </div>
            </div>
          )}
        </div>
      )}
    </Modal>
  );
}
