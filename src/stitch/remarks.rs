//! What a person is told of a finished panorama as a whole.

use super::judge::quantile;
use super::report::Remark;

/// Deviation in degrees of the turn between two lenses beyond which it is told.
const UNCERTAIN: f64 = 0.05;
/// The same from which it lessens the confidence; at eight times as much the picture is doubtful.
const UNSURE: f64 = 0.075;

/// By how much a turn between two lenses that is known to so many degrees lessens the confidence, 0 to 1.
pub fn sure_of_turn(degrees: f64) -> f64 {
    (UNSURE / degrees.max(1e-9)).cbrt().min(1.0)
}

/// What to tell a person of two lenses whose turn is not known well.
pub fn uncertain(degrees: f64) -> Option<Remark> {
    (degrees > UNCERTAIN).then(|| {
        let decimals = if degrees < 0.95 { 2 } else { 1 };
        let degrees = format!("{degrees:.decimals$}");
        let message = format!(
            "the belt that both lenses see is narrow or shows little: how they stand to one another is known to about \
             {degrees}° only. Look at straight lines that cross the seam; furniture, doors or windows at the camera's \
             sides make it surer"
        );
        Remark::new("stitch-warning-uncertain", message).with("degrees", degrees)
    })
}

/// What to tell a person where light and colours alone told which way is up.
pub fn up_guessed() -> Remark {
    let message = "which way is up was guessed from light and colours, as nothing else tells how the camera was held: look \
                   whether the panorama stands. If it does not, turn it by quarters where its horizon is set";
    Remark::new("stitch-warning-up-guessed", message)
}

/// What to tell a person of so many photos that stand where a gimbal says.
pub fn by_sensors(count: usize) -> Option<Remark> {
    (count > 0).then(|| {
        let message = format!(
            "photos that show nothing which could be found again, such as a clear sky: {count}. They stand where the drone's \
             gimbal says, to about a degree"
        );
        Remark::new("stitch-warning-by-sensors", message).with("count", count)
    })
}

/// What to tell a person of a photo that stands where a gimbal says and does not look so.
pub fn sensed_elsewhere(name: String) -> Remark {
    let message = format!(
        "'{name}' is placed by what the drone's gimbal says, and does not go on in its neighbours: look at its borders"
    );
    Remark::new("stitch-warning-sensed-elsewhere", message).with("name", name)
}

/// Change of the field of view, as a share, beyond which the picture is doubtful where no full turn ties it down: then
/// things may stand in wrong directions though all seams meet.
const FIELD: f64 = 0.025;
/// Of the few photos of one overlap or two this part of it is borne: nothing else speaks against a wrong field of view.
const FEW: (usize, f64) = (3, 0.6);

/// By how many deviations a focal length errs where it is hardly told: links near to one another err alike, and so does what
/// is believed of depth (two to twelve in eleven rendered rows).
const ERRS: f64 = 4.0;

/// By how much the field of view of so many photos that do not go all around may be off, as a share, and how many times what
/// is borne that is. `apart`: by how much one spot and several spots would have it differ; `deviation`: how surely links tell
/// the focal length; as shares.
pub fn field(apart: f64, deviation: f64, photos: usize) -> (f64, f64) {
    let borne = if photos <= FEW.0 { FEW.1 * FIELD } else { FIELD };
    let (by_solutions, by_links) = ((apart, apart / borne), ERRS * deviation);
    let by_links = (by_links, by_links / FIELD);
    if by_links.1 > by_solutions.1 { by_links } else { by_solutions }
}

/// What to tell a person of photos that are not all around and may see so much wider or less wide, which is so many times
/// what is borne; `told`: from how many times on.
pub fn wide((off, times): (f64, f64), told: f64) -> Option<Remark> {
    (times > told).then(|| {
        let percent = format!("{:.0}", 100.0 * off);
        let message = format!(
            "the photos do not go all around, and what they share does not tell exactly how wide they see: that may be off \
             by {percent} %. Take photos all around that overlap by a half, and turn the camera about its lens"
        );
        Remark::new("stitch-warning-field", message).with("percent", percent)
    })
}

/// What to tell a person of a panorama that follows the camera's own exposures, by so many EV at most.
pub fn adapted(most: f32) -> Remark {
    let ev = format!("{most:.1}");
    let message = format!(
        "the camera measured the light anew for each photo: dark sides are shown brighter, bright ones darker than one \
         exposure would show them, by up to {ev} EV. Lock the exposure to see light as it was"
    );
    Remark::new("stitch-warning-adapted", message).with("ev", ev)
}

/// Deviation in degrees of a photo's turn against all others beyond which the picture is doubtful, from one spot and from
/// several: things may stand in wrong directions though all seams meet. Places make up for a little.
const LOOSE: [f64; 2] = [0.2, 0.25];

/// How loose a photo may be, degrees; `several`: the camera moved.
pub fn too_loose(several: bool) -> f64 {
    LOOSE[usize::from(several)]
}

/// What to tell a person where the photos hardly hold `photo`.
pub fn hardly_held(photo: &str) -> Remark {
    let message = format!(
        "what the photos share hardly holds '{photo}' and its neighbours against the others: directions may be wrong \
         though the seams meet. Take photos there that overlap by a half, with corners, doors or furniture in them"
    );
    Remark::new("stitch-warning-loose", message).with("name", photo)
}

/// What to tell a person of so many photos that show hardly more than one of them.
pub fn piled(count: usize) -> Remark {
    let message = format!(
        "the {count} photos together show hardly more than one of them: they look in nearly the same direction, or what \
         repeats (tiles, a lattice) made them lie on one another. Turn the camera by two thirds of a picture between two \
         photos"
    );
    Remark::new("stitch-warning-piled", message).with("count", count)
}

/// What to tell a person whose mark is not in the picture.
pub fn no_mark(whole: bool) -> Remark {
    if whole {
        let message = "the mark was left out: photos show the floor straight down. State its size to cover it all the same";
        Remark::new("stitch-warning-mark-needless", message)
    } else {
        let message = "the mark was left out: the panorama does not reach straight down";
        Remark::new("stitch-warning-mark-outside", message)
    }
}

/// What to tell a person of photos that do not fit from one spot; misalignments in minutes of arc, ascending.
pub fn parallax(misaligned: &[f64]) -> Option<Remark> {
    (quantile(misaligned, 0.5) > 1.2 || quantile(misaligned, 0.95) > 5.0).then(|| {
        let arcmin = format!("{:.0}", quantile(misaligned, 0.95));
        let message = format!(
            "what the photos have in common does not fit by up to {arcmin} minutes of arc: the camera moved between \
             them, or its lens bends more than was found. Photos were bent to hide it; turn the camera about its lens \
             next time"
        );
        Remark::new("stitch-warning-parallax", message).with("arcmin", arcmin)
    })
}

/// What to tell a person of one fisheye's picture; `field` in degrees.
pub fn one_lens(field: f64) -> Remark {
    let degrees = format!("{field:.0}");
    let message = format!(
        "one lens shows a part of the room only; that it sees {degrees}° is what was said, the picture does not tell"
    );
    Remark::new("stitch-warning-one-lens", message).with("degrees", degrees)
}

/// Photos that are named one by one when what they share does not meet; of more, this many are named together.
const NAMED: usize = 3;

/// Photos whose neighbours show something else where both look.
pub fn disagreeing(names: Vec<String>) -> Vec<Remark> {
    if names.len() > NAMED {
        let (count, some) = (names.len(), names[..NAMED].join(", "));
        let message = format!(
            "what {count} photos share with their neighbours does not meet ({some} and others): look at their borders"
        );
        let remark = Remark::new("stitch-warning-disagree", message);
        return vec![remark.with("count", count).with("names", some)];
    }
    let one = |name: String| {
        let message =
            format!("what '{name}' shares with its neighbours does not meet: look at its borders");
        Remark::new("stitch-warning-disagrees", message).with("name", name)
    };
    names.into_iter().map(one).collect()
}

/// The first of many names.
pub fn some_of(names: &[String]) -> String {
    let some = names[..names.len().min(NAMED)].join(", ");
    if names.len() > NAMED { some + ", …" } else { some }
}

/// Photos in the picture that are blurred; `None` if there are none.
pub fn blurred(names: Vec<String>) -> Option<Remark> {
    if names.is_empty() {
        return None;
    }
    let (count, some) = (names.len(), some_of(&names));
    let message = format!(
        "blurred photos are in the picture: {count} ({some}). Hold the camera still or use a tripod, and take them again"
    );
    let remark = Remark::new("stitch-warning-blurred", message);
    Some(remark.with("count", count).with("names", some))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_that_is_not_known_well_is_told_and_lessens_the_confidence() {
        assert!(uncertain(0.05).is_none() && sure_of_turn(0.05) > 0.999);
        let told = uncertain(0.12).unwrap();
        assert!(told.message.contains("0.12°"), "{}", told.message);
        assert!((0.7..0.95).contains(&sure_of_turn(0.12)));
        assert!(sure_of_turn(0.7) < 0.5 && sure_of_turn(f64::INFINITY) < 1e-3);
    }

    #[test]
    fn few_photos_bear_less_of_what_two_solutions_differ_by() {
        let times = |apart, deviation, photos| field(apart, deviation, photos).1;
        assert!(times(0.02, 0.0, 5) < 1.0 && times(0.02, 0.0, 3) > 1.0);
        assert!(times(0.0, 0.005, 3) < 1.0 && times(0.0, 0.008, 3) > 1.0);
        assert!(wide(field(0.0, 0.005, 8), 1.0).is_none());
        assert!(wide(field(0.01, 0.008, 8), 1.0).unwrap().message.contains("off by 3 %"));
    }
}
