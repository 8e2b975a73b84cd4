import type { Schema } from "../../api/types";

/**
 * Agreements as the server tells them (jietong/sla/schemas.py): shares 0..1, times in seconds, instants in ms, days of
 * the contract's zone, money as decimal text that is never counted with here.
 */
export type Line = Schema<"ContractLineOut">;
export type Contract = Schema<"ContractOut">;
export type Version = Schema<"ContractVersionOut">;
export type FullVersion = Schema<"ContractVersionFullOut">;
export type Approval = Schema<"ApprovalOut">;
export type Standing = Schema<"StandingOut">;
export type Objective = Schema<"ObjectiveOut">;
export type FigureShape = Schema<"AgreedFigureOut">;
export type Access = Schema<"AgreedAccessOut">;
export type Settled = Schema<"AgreedMoneyOut">;
export type Volume = Schema<"AgreedVolumeOut">;
export type VolumeDay = Schema<"AgreedVolumeDayOut">;
export type Calendar = Schema<"CalendarOut">;
export type CalendarDay = Schema<"AgreedDayOut">;
export type Exclusion = Schema<"ExclusionOut">;
export type ExclusionList = Schema<"ExclusionListOut">;
export type ExclusionIn = Schema<"ExclusionIn">;
export type Levers = Schema<"LeversOut">;
export type Deliveries = Schema<"AgreedDeliveriesOut">;
export type Action = Schema<"AgreedActionOut">;
export type Alarm = Schema<"AgreementAlarmOut">;
export type Next = Schema<"AgreedNextOut">;
export type Period = Schema<"AgreedPeriodOut">;
export type StatementLine = Schema<"StatementLineOut">;
export type Statement = Schema<"StatementOut">;
export type StatementMonth = Schema<"AgreedMonthOut">;
export type Checked = Schema<"CheckedContractOut">;
export type Fault = Schema<"ContractFaultOut">;
export type Trap = Schema<"TrapOut">;
export type Capacity = Schema<"AgreedCapacityOut">;
export type Backtest = Schema<"BacktestOut">;
export type Formulas = Schema<"FormulasOut">;
export type Behind = Schema<"AgreedContactsOut">;
export type Verified = Schema<"VerifiedOut">;
export type Named = Schema<"AgreedNameOut">;
export type Texts = Readonly<Record<string, string>>;
export type Money = string;
export type Verdict = Objective["verdict"];
export type ContractState = Contract["state"];
export type Unit = FigureShape["unit"];
