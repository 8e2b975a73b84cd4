import { BaseEdge, type Edge, type EdgeProps, getSmoothStepPath } from "@xyflow/react";
import { memo } from "react";

/** A way from an exit to a node: as wide as many took it today, broken where none did, traced by the test call. */
export type LineData = { width: number; none: boolean; walked: boolean };
export type Line = Edge<LineData, "line">;

export const FlowLine = memo(function FlowLine(props: EdgeProps<Line>) {
  const [path] = getSmoothStepPath({ ...props, borderRadius: 6, offset: 18 });
  const { width = 1.5, none = false, walked = false } = props.data ?? {};
  return (
    <>
      <BaseEdge
        id={props.id}
        path={path}
        markerEnd={props.markerEnd}
        interactionWidth={14}
        className="fl-line"
        data-none={none || undefined}
        data-picked={props.selected || undefined}
        style={{ strokeWidth: width }}
      />
      {walked ? <path d={path} className="fl-walked" /> : null}
    </>
  );
});
