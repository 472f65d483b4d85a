//! How the gimbal of a drone held its camera, as DJI's and Parrot's drones write it into XMP.
//!
//! Both give angles of aircraft (ISO 1151): yaw from north to the right, pitch up from level (−90 straight down), roll to the
//! right.

/// What a packet says of the camera's attitude, degrees; nothing is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Gimbal {
    yaw: Option<f64>,
    pitch: Option<f64>,
    roll: Option<f64>,
}

impl Gimbal {
    /// Takes a property over by its name; others, and what is no angle, are passed over.
    pub fn set(&mut self, name: &str, value: &str) {
        let place = match name {
            "GimbalYawDegree" | "CameraYawDegree" => &mut self.yaw,
            "GimbalPitchDegree" | "CameraPitchDegree" => &mut self.pitch,
            "GimbalRollDegree" | "CameraRollDegree" => &mut self.roll,
            _ => return,
        };
        let angle = value.parse::<f64>().ok().filter(|angle| angle.abs() <= 360.0);
        *place = place.or(angle);
    }

    /// Yaw, pitch and roll in degrees, where all three are told.
    pub fn angles(&self) -> Option<[f64; 3]> {
        Some([self.yaw?, self.pitch?, self.roll?])
    }
}
