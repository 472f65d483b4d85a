/** The rooms of a shot list: proposed from what the court states of the property, and two people's edits put together. */
import type { Facts } from "../api/listings.ts";
import type { Need, Room, Wanted } from "../api/shot-list.ts";
import { newId } from "../studio/model.ts";

type Plan = [name: string, ...wanted: [Need, number][]];

const PANORAMA: [Need, number] = ["panorama", 1];
const DIGITS: Record<string, number> = {
  一: 1,
  二: 2,
  两: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
};

const OUTSIDE: Plan = ["楼栋外观", ["building", 2], ["access", 1]];
const WAY_IN: Plan = ["入户门与公共部位", ["access", 2], ["meter", 1]];

/** What is taken of property that is no dwelling. */
const OTHER: Record<string, Plan[]> = {
  commercial: [
    ["临街外观", ["building", 3], ["access", 1]],
    ["营业区", ["panorama", 3], ["view", 1]],
    ["后场", PANORAMA],
    ["卫生间", PANORAMA],
    ["设备与表具", ["meter", 2]],
  ],
  office: [
    ["楼栋外观", ["building", 2]],
    ["公共大堂与电梯厅", PANORAMA, ["access", 1]],
    ["办公区", ["panorama", 3], ["view", 1]],
    ["会议室", PANORAMA],
    ["卫生间", PANORAMA],
    ["设备与表具", ["meter", 1]],
  ],
  industrial: [
    ["厂区大门与道路", PANORAMA, ["access", 2]],
    ["厂房外观", ["building", 4]],
    ["厂房内部", ["panorama", 3], ["detail", 2]],
    ["办公及附属用房", PANORAMA],
    ["配电与设备", ["meter", 2], ["detail", 2]],
  ],
  land: [
    ["入口与周边道路", PANORAMA, ["access", 2]],
    ["宗地四角", ["panorama", 4]],
    ["宗地中央", PANORAMA],
    ["地上附着物", ["detail", 4]],
  ],
  parking: [
    ["车库入口与通道", PANORAMA, ["access", 2]],
    ["车位", PANORAMA, ["detail", 2]],
  ],
  vehicle: [
    ["车身外观", ["detail", 8]],
    ["车内", PANORAMA, ["detail", 3]],
    ["里程表与铭牌", ["meter", 2]],
  ],
};

/** How many of each kind of room: `3室2厅1厨2卫`, `三室两厅`, `2室1厅1厨1卫1阳台`; null where nothing is said. */
export function layoutOf(text: string | null | undefined): Record<"室" | "厅" | "厨" | "卫" | "阳", number> | null {
  const found = { 室: 0, 厅: 0, 厨: 0, 卫: 0, 阳: 0 };
  let any = false;
  for (const [, digits = "", kind] of (text ?? "").matchAll(
    /([0-9０-９一二两三四五六七八九])\s*个?(室|房|厅|厨|卫|阳)/g,
  )) {
    const plain = digits.replace(/[０-９]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0));
    const key = (kind === "房" ? "室" : kind) as keyof typeof found;
    found[key] += DIGITS[plain] ?? Number(plain);
    any = true;
  }
  return any ? found : null;
}

/** Rooms for the first shot list of a listing, each with what a court needs of it; the defects where they were found. */
export function proposeRooms(facts: Facts): Room[] {
  const plans =
    OTHER[facts.kind] ?? (facts.kind === "residential" ? dwelling(facts) : [["实物", ["detail", 4]] as Plan]);
  const rooms = plans.map(([name, ...wanted]) => room(name, wanted));
  const defects = Array.isArray(facts.defects) ? (facts.defects as { place?: string; text?: string }[]) : [];
  for (const { place = "", text = "" } of defects) {
    const name = place.trim().slice(0, 40) || "瑕疵";
    const where = rooms.find((one) => one.name === name) ?? rooms.find((one) => one.name.includes(name));
    const target = where ?? room(name, []);
    if (!where) rooms.push(target);
    want(target, "defect");
    target.note = [target.note, text.trim()].filter(Boolean).join("；").slice(0, 200);
  }
  return rooms;
}

function dwelling(facts: Facts): Plan[] {
  const layout = layoutOf(facts.building?.house_type) ?? { 室: 2, 厅: 1, 厨: 1, 卫: 1, 阳: 0 };
  const plans: Plan[] = [OUTSIDE, WAY_IN];
  const names = (count: number, first: string[], rest: string): string[] =>
    Array.from({ length: Math.min(count, 12) }, (_, index) =>
      count === 1 ? (first[0] as string) : (first[index] ?? `${rest}${index + 1}`),
    );
  for (const name of names(layout.厅, layout.厅 > 1 ? ["客厅", "餐厅"] : ["客厅"], "厅"))
    plans.push([name, ["panorama", name === "客厅" ? 2 : 1], ["view", name === "客厅" ? 1 : 0]]);
  for (const name of names(layout.室, layout.室 > 1 ? ["主卧", "次卧"] : ["卧室"], "卧室"))
    plans.push([name, PANORAMA, ["view", 1]]);
  for (const name of names(layout.厨, ["厨房"], "厨房")) plans.push([name, PANORAMA, ["meter", 1]]);
  for (const name of names(layout.卫, layout.卫 > 1 ? ["主卫", "次卫"] : ["卫生间"], "卫生间"))
    plans.push([name, PANORAMA]);
  for (const name of names(Math.max(1, layout.阳), ["阳台"], "阳台")) plans.push([name, PANORAMA, ["view", 1]]);
  plans.push(["过道", PANORAMA]);
  return plans;
}

function room(name: string, wanted: [Need, number][]): Room {
  const kept: Wanted[] = wanted.filter(([, count]) => count > 0).map(([need, count]) => ({ need, count }));
  return { id: newId(), name, wanted: kept, not_taken: null, note: "" };
}

/** One more of a kind. */
function want(target: Room, need: Need): void {
  const known = target.wanted.find((one) => one.need === need);
  if (known) known.count += 1;
  else target.wanted.push({ need, count: 1 });
}

/** A room that somebody adds. */
export function newRoom(name: string): Room {
  return room(name, [PANORAMA]);
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * `mine` made from `base`, on top of what others have made of `base` meanwhile. A field that I changed is mine, any other is
 * theirs; what I added comes last; what I took away goes unless they changed it.
 */
export function merged(base: Room[], mine: Room[], theirs: Room[]): Room[] {
  const by = (list: Room[], id: string): Room | undefined => list.find((one) => one.id === id);
  const kept = theirs
    .filter((their) => by(mine, their.id) || !by(base, their.id) || !same(by(base, their.id), their))
    .map((their) => {
      const [own, old] = [by(mine, their.id), by(base, their.id)];
      if (!own || !old) return their;
      const pick = <K extends keyof Room>(key: K): Room[K] => (same(own[key], old[key]) ? their[key] : own[key]);
      return {
        id: their.id,
        name: pick("name"),
        wanted: pick("wanted"),
        not_taken: pick("not_taken"),
        note: pick("note"),
      };
    });
  const added = mine.filter((own) => !by(base, own.id) && !by(kept, own.id));
  const order = mine.map((own) => own.id);
  const moved = !same(
    order.filter((id) => by(base, id)),
    base.map((one) => one.id).filter((id) => by(mine, id)),
  );
  const all = [...kept, ...added];
  if (moved) {
    const place = (id: string): number => (order.includes(id) ? order.indexOf(id) : order.length);
    all.sort((a, b) => place(a.id) - place(b.id));
  }
  const names = new Set<string>();
  // The same room that both have added is one; its files find it by name.
  return all.filter((one) => !names.has(one.name) && names.add(one.name));
}
