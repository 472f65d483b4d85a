//! The few calls of Embree 4 that the caster needs, bound to the library which Blender's package brings along.

use std::ffi::c_void;
use std::ptr;

pub const NONE: u32 = u32::MAX;
const TRIANGLES: u32 = 0;
const INDEX_BUFFER: u32 = 0;
const VERTEX_BUFFER: u32 = 1;
const UINT3: u32 = 0x5003;
const FLOAT3: u32 = 0x9003;
const ROBUST: u32 = 1 << 2;
const COHERENT: u32 = 1 << 16;

/// Eight rays and what they hit, as `RTCRayHit8` lays them out.
#[repr(C, align(32))]
pub struct Packet {
    pub origin: [[f32; 8]; 3],
    near: [f32; 8],
    pub way: [[f32; 8]; 3],
    time: [f32; 8],
    pub far: [f32; 8],
    mask: [u32; 8],
    id: [u32; 8],
    flags: [u32; 8],
    normal: [[f32; 8]; 3],
    pub u: [f32; 8],
    pub v: [f32; 8],
    pub triangle: [u32; 8],
    pub geometry: [u32; 8],
    instance: [[u32; 8]; 2],
}

impl Packet {
    pub fn new() -> Self {
        Self {
            origin: [[0.0; 8]; 3],
            near: [0.0; 8],
            way: [[0.0; 8]; 3],
            time: [0.0; 8],
            far: [f32::INFINITY; 8],
            mask: [u32::MAX; 8],
            id: [0; 8],
            flags: [0; 8],
            normal: [[0.0; 8]; 3],
            u: [0.0; 8],
            v: [0.0; 8],
            triangle: [NONE; 8],
            geometry: [NONE; 8],
            instance: [[NONE; 8]; 2],
        }
    }
}

/// One ray and what it hits, as `RTCRayHit` lays them out.
#[repr(C, align(16))]
struct Single {
    origin: [f32; 3],
    near: f32,
    way: [f32; 3],
    time: f32,
    far: f32,
    mask: u32,
    id: u32,
    flags: u32,
    normal: [f32; 3],
    u: f32,
    v: f32,
    triangle: u32,
    geometry: u32,
    instance: [u32; 2],
}

#[repr(C)]
struct Arguments {
    flags: u32,
    features: u32,
    context: *mut c_void,
    filter: *mut c_void,
    intersect: *mut c_void,
    spare: [f32; 4],
}

#[link(name = "embree4")]
unsafe extern "C" {
    fn rtcNewDevice(config: *const i8) -> *mut c_void;
    fn rtcNewScene(device: *mut c_void) -> *mut c_void;
    fn rtcSetSceneFlags(scene: *mut c_void, flags: u32);
    fn rtcNewGeometry(device: *mut c_void, kind: u32) -> *mut c_void;
    fn rtcSetNewGeometryBuffer(
        geometry: *mut c_void,
        kind: u32,
        slot: u32,
        format: u32,
        stride: usize,
        count: usize,
    ) -> *mut c_void;
    fn rtcCommitGeometry(geometry: *mut c_void);
    fn rtcAttachGeometry(scene: *mut c_void, geometry: *mut c_void) -> u32;
    fn rtcReleaseGeometry(geometry: *mut c_void);
    fn rtcCommitScene(scene: *mut c_void);
    fn rtcIntersect1(scene: *mut c_void, ray: *mut Single, arguments: *mut Arguments);
    fn rtcIntersect8(
        valid: *const i32,
        scene: *mut c_void,
        rays: *mut Packet,
        arguments: *mut Arguments,
    );
}

/// Where a ray meets a triangle: the weights of its second and third corner are `u` and `v`.
#[derive(Clone, Copy)]
pub struct Hit {
    pub triangle: u32,
    pub distance: f32,
    pub u: f32,
    pub v: f32,
}

/// A tree of triangles.
pub struct Tree(*mut c_void);

// Embree allows queries of a committed scene from any number of threads.
unsafe impl Send for Tree {}
unsafe impl Sync for Tree {}

impl Tree {
    /// The tree of triangles of three corners each.
    pub fn new(corners: &[[[f32; 3]; 3]]) -> Self {
        unsafe {
            let device = rtcNewDevice(ptr::null());
            let scene = rtcNewScene(device);
            rtcSetSceneFlags(scene, ROBUST);
            let geometry = rtcNewGeometry(device, TRIANGLES);
            let points =
                rtcSetNewGeometryBuffer(geometry, VERTEX_BUFFER, 0, FLOAT3, 12, corners.len() * 3);
            ptr::copy_nonoverlapping(
                corners.as_ptr().cast::<u8>(),
                points.cast::<u8>(),
                corners.len() * 36,
            );
            let index =
                rtcSetNewGeometryBuffer(geometry, INDEX_BUFFER, 0, UINT3, 12, corners.len())
                    .cast::<u32>();
            for k in 0..corners.len() * 3 {
                *index.add(k) = k as u32;
            }
            rtcCommitGeometry(geometry);
            rtcAttachGeometry(scene, geometry);
            rtcReleaseGeometry(geometry);
            rtcCommitScene(scene);
            Self(scene)
        }
    }

    /// What one ray hits first beyond `near`.
    pub fn cast(&self, origin: [f32; 3], way: [f32; 3], near: f32) -> Option<Hit> {
        let mut ray = Single {
            origin,
            near,
            way,
            time: 0.0,
            far: f32::INFINITY,
            mask: u32::MAX,
            id: 0,
            flags: 0,
            normal: [0.0; 3],
            u: 0.0,
            v: 0.0,
            triangle: NONE,
            geometry: NONE,
            instance: [NONE; 2],
        };
        unsafe { rtcIntersect1(self.0, &mut ray, ptr::null_mut()) };
        (ray.geometry != NONE).then_some(Hit {
            triangle: ray.triangle,
            distance: ray.far,
            u: ray.u,
            v: ray.v,
        })
    }

    /// What eight rays that lie close together hit first.
    pub fn cast_packet(&self, packet: &mut Packet) {
        #[repr(align(32))]
        struct Valid([i32; 8]);
        let valid = Valid([-1; 8]);
        let mut arguments = Arguments {
            flags: COHERENT,
            features: u32::MAX,
            context: ptr::null_mut(),
            filter: ptr::null_mut(),
            intersect: ptr::null_mut(),
            spare: [0.0; 4],
        };
        unsafe { rtcIntersect8(valid.0.as_ptr(), self.0, packet, &mut arguments) };
    }
}
