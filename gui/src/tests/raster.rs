//! Draws what egui tessellates, in software: the same pixels on every machine, no graphics driver needed.

use egui::epaint::{ImageData, Mesh, Primitive, Vertex};
use egui::{Color32, Pos2, Rect, TextureId, TexturesDelta};
use egui_kittest::TestRenderer;
use image::{Rgba, RgbaImage};
use std::collections::HashMap;

/// An image that meshes are filled from.
struct Texture {
    size: [usize; 2],
    pixels: Vec<Color32>,
}

impl Texture {
    /// The colour at a place from 0 to 1, between four pixels.
    fn sample(&self, u: f32, v: f32) -> [f32; 4] {
        let [width, height] = self.size;
        let (x, y) = (u * width as f32 - 0.5, v * height as f32 - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let at = |x: f32, y: f32| {
            let x = (x.max(0.0) as usize).min(width - 1);
            let y = (y.max(0.0) as usize).min(height - 1);
            self.pixels[y * width + x].to_array().map(f32::from)
        };
        let mix =
            |a: [f32; 4], b: [f32; 4], share: f32| std::array::from_fn(|n| a[n] + share * (b[n] - a[n]));
        let above = mix(at(left, top), at(left + 1.0, top), x - left);
        let below = mix(at(left, top + 1.0), at(left + 1.0, top + 1.0), x - left);
        mix(above, below, y - top)
    }
}

/// See the module.
#[derive(Default)]
pub(super) struct Raster {
    textures: HashMap<TextureId, Texture>,
}

impl TestRenderer for Raster {
    fn handle_delta(&mut self, delta: &mut TexturesDelta) {
        let deltas = std::mem::take(&mut delta.set).into_iter();
        for (id, image) in deltas.flat_map(|(id, images)| images.into_iter().map(move |image| (id, image))) {
            let ImageData::Color(pixels) = &image.image;
            let [width, height] = pixels.size;
            match image.pos {
                None => {
                    self.textures.insert(id, Texture { size: pixels.size, pixels: pixels.pixels.clone() });
                }
                Some([left, top]) => {
                    let Some(texture) = self.textures.get_mut(&id) else { continue };
                    for row in 0..height {
                        let from = (top + row) * texture.size[0] + left;
                        texture.pixels[from..from + width]
                            .copy_from_slice(&pixels.pixels[row * width..(row + 1) * width]);
                    }
                }
            }
        }
    }

    fn render(&mut self, context: &egui::Context, output: &egui::FullOutput) -> Result<RgbaImage, String> {
        let scale = context.pixels_per_point();
        let size = context.content_rect().size() * scale;
        let mut image = RgbaImage::from_pixel(size.x as u32, size.y as u32, Rgba([0, 0, 0, 255]));
        for clipped in context.tessellate(output.shapes.clone(), scale) {
            if let Primitive::Mesh(mesh) = &clipped.primitive {
                self.draw(&mut image, mesh, clipped.clip_rect * scale, scale);
            }
        }
        Ok(image)
    }
}

impl Raster {
    fn draw(&self, image: &mut RgbaImage, mesh: &Mesh, clip: Rect, scale: f32) {
        let Some(texture) = self.textures.get(&mesh.texture_id) else { return };
        let whole = Rect::from_min_size(Pos2::ZERO, egui::vec2(image.width() as f32, image.height() as f32));
        let clip = Rect::from_min_max(clip.min.round(), clip.max.round()).intersect(whole);
        for corners in mesh.indices.chunks_exact(3) {
            let corners = [corners[0], corners[1], corners[2]].map(|n| mesh.vertices[n as usize]);
            triangle(image, texture, corners, clip, scale);
        }
    }
}

/// Twice the area of a triangle, with a sign.
fn area(a: Pos2, b: Pos2, c: Pos2) -> f32 {
    (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
}

fn triangle(image: &mut RgbaImage, texture: &Texture, mut corners: [Vertex; 3], clip: Rect, scale: f32) {
    corners.iter_mut().for_each(|corner| corner.pos *= scale);
    if area(corners[0].pos, corners[1].pos, corners[2].pos) < 0.0 {
        corners.swap(1, 2);
    }
    let [a, b, c] = corners.map(|corner| corner.pos);
    let whole = area(a, b, c);
    if whole <= 0.0 {
        return;
    }
    let bounds = Rect::from_points(&[a, b, c]).intersect(clip);
    if !bounds.is_positive() {
        return;
    }
    // A pixel on an edge belongs to one of the two triangles that share it.
    let is_in = |weight: f32, from: Pos2, to: Pos2| {
        weight > 0.0 || (weight == 0.0 && (to.y < from.y || (to.y == from.y && to.x > from.x)))
    };
    for y in bounds.top().floor() as u32..bounds.bottom().ceil().min(clip.bottom()) as u32 {
        for x in bounds.left().floor() as u32..bounds.right().ceil().min(clip.right()) as u32 {
            let at = Pos2::new(x as f32 + 0.5, y as f32 + 0.5);
            let weights = [area(b, c, at), area(c, a, at), area(a, b, at)];
            if !(is_in(weights[0], b, c) && is_in(weights[1], c, a) && is_in(weights[2], a, b)) {
                continue;
            }
            let share = weights.map(|weight| weight / whole);
            let mean = |value: &dyn Fn(&Vertex) -> f32| -> f32 {
                corners.iter().zip(share).map(|(corner, share)| share * value(corner)).sum()
            };
            let texel = texture.sample(mean(&|v| v.uv.x), mean(&|v| v.uv.y));
            let color: [f32; 4] =
                std::array::from_fn(|n| mean(&|v| f32::from(v.color.to_array()[n])) * texel[n] / 255.0);
            let pixel = image.get_pixel_mut(x, y);
            for (below, color_above) in pixel.0.iter_mut().zip(color) {
                // Colours are premultiplied.
                *below = (color_above + f32::from(*below) * (1.0 - color[3] / 255.0) + 0.5).min(255.0) as u8;
            }
        }
    }
}
