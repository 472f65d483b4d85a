/** Which room a file shows, by the words of its name and of its folders in Chinese, English or pinyin. Pure. */
import type { Language } from "@kanfang/shared/messages.ts";

interface Room {
  chinese: string;
  english: string;
  /** How Chinese names of it are written. */
  written: RegExp;
  englishWords: string;
  pinyin: string;
}

const room = (chinese: string, english: string, written: RegExp, englishWords: string, pinyin: string): Room => ({
  chinese,
  english,
  written,
  englishWords,
  pinyin,
});

/** In the order in which a visitor walks: from the front door in, out to the surroundings last. */
const ROOMS: readonly Room[] = [
  room(
    "玄关",
    "Entrance",
    /玄关|门厅|入户|入口|大门|进门/,
    "entrance|entry|entryway|foyer|front door|vestibule",
    "xuanguan|menting|ruhu|rukou",
  ),
  room("大堂", "Lobby", /大堂|大厅/, "lobby|reception", "datang|dating"),
  room(
    "客厅",
    "Living room",
    /客厅|客餐厅|起居/,
    "living room|living|lounge|sitting room|family room|parlour",
    "keting|kecanting|qijushi",
  ),
  room("餐厅", "Dining room", /餐厅|饭厅/, "dining room|dining area|dining", "canting|fanting"),
  room("厨房", "Kitchen", /厨/, "kitchen|kitchenette", "chufang"),
  room(
    "主卫",
    "Main bathroom",
    /主卫/,
    "master bathroom|master bath|main bathroom|ensuite|en suite|primary bathroom",
    "zhuwei",
  ),
  room("客卫", "Guest bathroom", /次卫|客卫|公卫/, "guest bathroom|guest bath|guest toilet", "ciwei|kewei|gongwei"),
  room(
    "卫生间",
    "Bathroom",
    /卫生间|洗手间|浴室|厕所|淋浴|盥洗/,
    "bathroom|bath|toilet|wc|restroom|washroom|shower|shower room|powder room",
    "weishengjian|xishoujian|yushi|cesuo",
  ),
  room(
    "主卧",
    "Main bedroom",
    /主卧/,
    "master bedroom|bedroom master|main bedroom|bedroom main|primary bedroom|master bed|master room",
    "zhuwo|zhuwoshi",
  ),
  room("次卧", "Second bedroom", /次卧/, "second bedroom|bedroom second|small bedroom", "ciwo|ciwoshi"),
  room("客房", "Guest room", /客房|客卧/, "guest bedroom|guest room|spare room", "kefang|kewo"),
  room(
    "儿童房",
    "Children's room",
    /儿童房|小孩房|婴儿房/,
    "childrens room|children room|kids room|kid room|kids bedroom|childs room|nursery",
    "ertongfang",
  ),
  room("卧室", "Bedroom", /卧|老人房|房间/, "bedroom|bed room|bed", "woshi|laorenfang|fangjian"),
  room("书房", "Study", /书房/, "study|study room|home office", "shufang"),
  room("衣帽间", "Wardrobe", /衣帽/, "wardrobe|walk in closet|closet|cloakroom|dressing room", "yimaojian"),
  room("阳台", "Balcony", /阳台/, "balcony|loggia", "yangtai"),
  room("露台", "Terrace", /露台|天台/, "terrace|roof terrace|rooftop|deck|patio", "lutai|tiantai"),
  room("洗衣房", "Utility room", /洗衣/, "laundry|laundry room|utility room|utility", "xiyifang"),
  room(
    "储物间",
    "Storage",
    /储物|储藏|杂物/,
    "storage|storage room|storeroom|store room|pantry",
    "chuwujian|chucangshi|chucangjian|zawujian",
  ),
  room("过道", "Corridor", /过道|走廊|走道/, "corridor|hallway|hall|passage", "guodao|zoulang|zoudao"),
  room("楼梯", "Stairs", /楼梯/, "stairs|stair|staircase|stairwell|stairway", "louti|loutijian"),
  room("阁楼", "Attic", /阁楼/, "attic|loft", "gelou"),
  room("地下室", "Basement", /地下室/, "basement|cellar", "dixiashi"),
  room("办公室", "Office", /办公/, "office", "bangongshi|bangongqu"),
  room("会议室", "Meeting room", /会议/, "meeting room|conference room|boardroom", "huiyishi"),
  room("营业区", "Sales floor", /营业|店面|商铺|门面/, "shop|showroom|sales floor", "yingyequ|dianmian|shangpu"),
  room("厂房", "Factory hall", /厂房|车间/, "factory|factory hall|workshop", "changfang|chejian"),
  room("仓库", "Warehouse", /仓库|库房/, "warehouse|depot", "cangku|kufang"),
  room("电梯", "Lift", /电梯/, "lift|elevator", "dianti|diantijian|diantiting"),
  room("车库", "Garage", /车库/, "garage|car park|underground parking", "cheku"),
  room("车位", "Parking space", /车位|停车/, "parking space|parking lot|parking", "chewei|tingchewei|tingchechang"),
  room(
    "院子",
    "Yard",
    /院子|庭院|院落|[前后小]院|花园/,
    "yard|courtyard|garden|backyard|front yard",
    "yuanzi|tingyuan|huayuan",
  ),
  room("小区", "Estate", /小区|园区/, "neighbourhood|neighborhood", "xiaoqu|yuanqu"),
  room(
    "楼栋外观",
    "Outside",
    /外观|外立面|楼栋|外景/,
    "outside|exterior|facade|building|street view",
    "waiguan|loudong|waijing",
  ),
];

export interface Guess {
  title: string;
  /** Place on a visitor's way. */
  rank: number;
}

/** Words that say how a picture was made, not what it shows. */
const NOISE = /全景图?|照片|图片|实景|实拍|拍摄|三维|度/g;
const LONGEST = 30;

/** What a file shows, the name before the folders and the nearest folder first; null where no word tells. */
export function guessRoom(path: string, language: Language): Guess | null {
  const parts = path.split("/").filter(Boolean);
  const bare = (parts.pop() ?? "").replace(/\.[^.]*$/, "");
  for (const text of [bare, ...parts.reverse()]) {
    const guess = writtenIn(text) ?? spokenIn(text, language);
    if (guess) return guess;
  }
  return null;
}

/** Place on a visitor's way of a room of this name; unknown ones come last. */
export const rankOf = (title: string): number => guessRoom(title, "zh-CN")?.rank ?? ROOMS.length;

/** The room that all of these files show; empty where they tell of none or of several. */
export function commonRoom(paths: readonly string[], language: Language): string {
  // The photos of one room are numbered.
  const titles = new Set(paths.map((path) => guessRoom(path, language)?.title.replace(/ ?\d+$/, "")));
  const [title = ""] = titles;
  return titles.size === 1 ? title : "";
}

/** A Chinese name stays as it was written: `IMG_0012_南次卧2` is `南次卧2`. */
function writtenIn(text: string): Guess | null {
  const pieces = text.split(/[\s_\-—.,，、()（）[\]【】+]+/);
  for (const [index, piece] of pieces.entries()) {
    const rank = ROOMS.findIndex(({ written }) => written.test(piece));
    if (rank < 0) continue;
    const title = piece
      .replace(NOISE, "")
      .replace(/^[\d#a-z]+/i, "")
      .replace(/\d{3,}$/, "");
    const number = /\d$/.test(title) ? "" : numberIn(pieces[index + 1]);
    return { title: (title + number).slice(0, LONGEST), rank };
  }
  return null;
}

/** One or two digits tell rooms of a kind apart; more are the camera's count. */
const numberIn = (word: string | undefined): string => (word && /^\d{1,2}$/.test(word) ? `${Number(word)}` : "");

interface Phrase {
  words: string;
  rank: number;
  isEnglish: boolean;
}

/** The longest first: a master bedroom is no mere bedroom. */
const PHRASES: readonly Phrase[] = ROOMS.flatMap(({ englishWords, pinyin }, rank) => {
  const english = englishWords.split("|");
  // Names are also written as one word.
  const joined = english.filter((words) => words.includes(" ")).map((words) => words.replaceAll(" ", ""));
  const phrase = (isEnglish: boolean) => (words: string) => ({ words, rank, isEnglish });
  return [...[...english, ...joined].map(phrase(true)), ...pinyin.split("|").map(phrase(false))];
}).sort((a, b) => b.words.length - a.words.length);

/** `MasterBedroom_2` is 主卧2, in an English console `Main bedroom 2`; pinyin is Chinese everywhere. */
function spokenIn(text: string, language: Language): Guess | null {
  const words = text
    .replace(/['’]/g, "")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/(\p{L})(\d)/gu, "$1 $2")
    .replace(/(\d)(\p{L})/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter(Boolean);
  const line = ` ${words.join(" ")} `;
  const found = PHRASES.find((phrase) => line.includes(` ${phrase.words} `));
  const kind = found && ROOMS[found.rank];
  if (!found || !kind) return null;
  const after = line.slice(line.indexOf(` ${found.words} `) + found.words.length + 2).split(" ")[0];
  const number = numberIn(after);
  const inEnglish = found.isEnglish && language === "en";
  const title = inEnglish ? [kind.english, number].filter(Boolean).join(" ") : kind.chinese + number;
  return { title, rank: found.rank };
}
